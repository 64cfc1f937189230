import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Stands between a store and its server on a unix socket, and can lose the answer to a COMMIT on its way back, fall silent
/// in the connections there are, or hold back whatever is sent, as a network does.
package final class Relay: Sendable {
    private struct State {
        var cuts = 0
        var armed = 0
        var closed = false
        /// Connections of earlier ones are silent.
        var generation = 0
    }
    private let server: String
    private let listener: Int32
    private let state = Mutex(State())
    /// Held while nothing is to go through.
    private let gate = NSCondition()
    private let frozen = Mutex(false)

    /// - Parameters:
    ///   - folder: where the socket is made, for `host=`.
    ///   - host: folder of the server's socket.
    package init(folder: String, host: String) throws {
        server = host + "/.s.PGSQL.5432"
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let bound = unsafe Relay.with(folder + "/.s.PGSQL.5432") { unsafe Glibc.bind(listener, $0, $1) }
        guard bound == 0, listen(listener, 64) == 0 else { throw POSIXError(.EADDRINUSE) }
        Thread { [self] in
            while true {
                let client = accept(listener, nil, nil)
                if client < 0 { break }
                take(client)
            }
            close(listener)
        }.start()
    }

    /// Loses the next so many answers to COMMIT, each with its connection.
    package func lose(_ count: Int) { state.withLock { $0.armed = count } }

    /// From now on nothing goes through the connections there are, which stay; new ones are as ever.
    package func silence() { state.withLock { $0.generation += 1 } }

    /// From now on nothing goes through, in the connections there are and in new ones, which are taken all the same; what
    /// is sent meanwhile goes on with `thaw`.
    package func freeze() { frozen.withLock { $0 = true } }
    package func thaw() {
        gate.lock()
        frozen.withLock { $0 = false }
        gate.broadcast()
        gate.unlock()
    }

    /// Waits until something may go through.
    private func pass() {
        gate.lock()
        while frozen.withLock({ $0 }) { gate.wait() }
        gate.unlock()
    }

    /// How many were lost so far.
    package var lost: Int { state.withLock { $0.cuts } }

    /// Takes no new connections; those made stay.
    package func shut() {
        thaw()
        let first = state.withLock { state in
            defer { state.closed = true }
            return !state.closed
        }
        // The thread that accepts closes it.
        if first { shutdown(listener, Int32(SHUT_RDWR)) }
    }

    private func take(_ client: Int32) {
        let upstream = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard unsafe Relay.with(server, { unsafe Glibc.connect(upstream, $0, $1) }) == 0 else {
            close(upstream)
            close(client)
            return
        }
        let ended = DispatchSemaphore(value: 0)
        Thread { [self] in
            pump(from: client, to: upstream, losing: false)
            ended.signal()
        }.start()
        Thread { [self] in
            pump(from: upstream, to: client, losing: true)
            ended.wait()
            close(upstream)
            close(client)
        }.start()
    }

    /// Copies until either side ends; both ends are shut then.
    private func pump(from: Int32, to: Int32, losing: Bool) {
        // What the server says once it has committed (CommandComplete).
        let tag = Data("COMMIT\0".utf8)
        let generation = state.withLock { $0.generation }
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe read(from, &buffer, buffer.count)
            guard count > 0 else { break }
            pass()
            if state.withLock({ $0.generation }) != generation { continue }
            if losing, Data(buffer.prefix(count)).range(of: tag) != nil, cut() { break }
            var sent = 0
            while sent < count {
                let more = unsafe buffer[sent..<count].withUnsafeBytes {
                    unsafe send(to, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                if more <= 0 { break }
                sent += more
            }
            if sent < count { break }
        }
        shutdown(from, Int32(SHUT_RDWR))
        shutdown(to, Int32(SHUT_RDWR))
    }

    private func cut() -> Bool {
        state.withLock { state in
            guard state.armed > 0 else { return false }
            state.armed -= 1
            state.cuts += 1
            return true
        }
    }

    private static func with(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8.prefix(107)) }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
