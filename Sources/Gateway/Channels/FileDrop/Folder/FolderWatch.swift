import Foundation
internal import Glibc
import Intake
import Synchronization

/// Tells early what has come into a folder: inotify for files renamed in and markers put beside files, and a slow tick
/// for everything else. Only a hint: the scan finds whatever a hint missed.
final class FolderWatch: Sendable {
    /// Names remembered between two looks; more are left to the scan.
    static let most = 10_000

    struct Hints: Sendable {
        /// Files that were renamed in.
        var renamed: Set<DropName> = []
        /// Markers that were written.
        var markers: Set<DropName> = []
        /// It is time for a scan.
        var due = false
    }

    /// One signal for any number of hints since the last `take`; ends when the watch is let go.
    let signals: AsyncStream<Void>
    private let notes: Notes
    private let stop: Int32

    /// Watches the folder at `path`, and ticks `every` so often, once at the beginning.
    init(path: String, every: Duration) throws(Trouble) {
        let events = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        var ends: [Int32] = [-1, -1]
        unsafe _ = pipe(&ends)
        stop = ends[1]
        let wanted = UInt32(IN_MOVED_TO | IN_CLOSE_WRITE | IN_ONLYDIR)
        guard events >= 0, stop >= 0, unsafe inotify_add_watch(events, path, wanted) >= 0 else {
            let trouble = DropFolder.trouble(Phrase(zh: "监视目录 \(path)", en: "watch the folder \(path)"))
            for descriptor in [events] + ends { close(descriptor) }
            throw trouble
        }
        let (signals, signal) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let notes = Notes(signal: signal)
        self.signals = signals
        self.notes = notes
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let stopped = ends[0]
        // A thread of its own: waiting must hold up nobody, and there is one drop in most gateways.
        Thread.detachNewThread {
            notes.follow(events, until: stopped, every: every)
            close(events)
            close(stopped)
            signal.finish()
        }
    }

    deinit {
        close(stop)
    }

    /// What has come since the last call.
    func take() -> Hints { notes.take() }
}

/// What the watching thread and the reading task share.
private final class Notes: Sendable {
    private let hints = Mutex(FolderWatch.Hints())
    private let signal: AsyncStream<Void>.Continuation

    init(signal: AsyncStream<Void>.Continuation) { self.signal = signal }

    func take() -> FolderWatch.Hints {
        hints.withLock { hints in
            defer { hints = FolderWatch.Hints() }
            return hints
        }
    }

    /// Until the other end of `stop` is closed.
    func follow(_ events: Int32, until stop: Int32, every: Duration) {
        let clock = ContinuousClock()
        var tick = clock.now
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            if clock.now >= tick {
                tick = clock.now + every
                hints.withLock { $0.due = true }
                signal.yield()
            }
            var ready = [events, stop].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            let pause = max(0, (tick - clock.now).wholeMilliseconds + 1)
            unsafe _ = poll(&ready, 2, Int32(clamping: pause))
            if ready[1].revents != 0 { return }
            if ready[0].revents == 0 { continue }
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(events, $0.baseAddress, $0.count) }
            if count > 0 { hints.withLock { $0.note(buffer[..<count]) } }
            signal.yield()
        }
    }
}

extension FolderWatch.Hints {
    /// Events are packed one after the other: watch, mask, cookie and length of the name (4 bytes each, in the machine's
    /// order), then the name, filled up with zero bytes (inotify(7)).
    /// What the kernel, or these hints, have no room for makes a scan due.
    mutating func note(_ events: ArraySlice<UInt8>) {
        var rest = events
        func word(_ offset: Int) -> UInt32 {
            let bytes = rest.dropFirst(offset).prefix(4)
            return UInt32(littleEndian: bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) })
        }
        while rest.count >= 16 {
            let mask = word(4)
            let length = Int(word(12))
            let name = DropName(rest.dropFirst(16).prefix(length).prefix { $0 != 0 })
            rest = rest.dropFirst(16 + length)
            guard let name, renamed.count + markers.count < FolderWatch.most,
                mask & UInt32(IN_Q_OVERFLOW) == 0
            else {
                due = true
                continue
            }
            if mask & UInt32(IN_MOVED_TO) != 0 { renamed.insert(name) }
            if name.ends(in: DropFile.marker) { markers.insert(name) }
        }
    }
}
