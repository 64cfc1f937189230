import CCurl
import Foundation
import Intake
import Synchronization

/// One thread with one libcurl multi handle. Everything of libcurl happens on it; other threads hand it closures and
/// wake it. It ends with `stop()`, and whatever was under way then fails as cancelled.
final class NetThread: Sendable {
    private struct Waiting {
        var closures: [@Sendable (NetCore) -> Void] = []
        var stopped = false
    }
    private let waiting = Mutex(Waiting())
    private let multi: Multi

    /// Throws a passing trouble if libcurl gives no handle (no memory, no file descriptors).
    init(name: String) throws(Trouble) {
        guard NetThread.ready, let multi = Multi() else {
            throw .passing("libcurl 启动不了；请检查内存和打开文件数", "libcurl could not be started; check memory and open files")
        }
        self.multi = multi
        let thread = Thread { [self] in work() }
        thread.name = name
        thread.start()
    }

    private static let ready = curl_global_init(Int(CURL_GLOBAL_SSL)) == CURLE_OK

    /// Runs the closure on the thread, in order; after `stop()` it is told so by `NetCore.stopped`.
    func run(_ closure: @escaping @Sendable (NetCore) -> Void) {
        let late = waiting.withLock { waiting in
            if !waiting.stopped { waiting.closures.append(closure) }
            return waiting.stopped
        }
        if late { closure(NetCore(nil)) } else { multi.wake() }
    }

    func stop() {
        waiting.withLock { $0.stopped = true }
        multi.wake()
    }

    private func work() {
        let core = NetCore(multi)
        while true {
            let now = waiting.withLock { waiting in
                defer { waiting.closures = [] }
                return waiting
            }
            for closure in now.closures { closure(core) }
            if now.stopped { break }
            core.step()
        }
        core.end()
    }
}

/// The multi handle. `wake` may be called from any thread, the rest from the one that runs it.
// Unchecked: libcurl documents curl_multi_wakeup as callable from any thread; everything else stays on the NetThread.
@safe final class Multi: @unchecked Sendable {
    let handle: UnsafeMutableRawPointer

    init?() {
        guard let handle = unsafe curl_multi_init() else { return nil }
        unsafe self.handle = unsafe handle
    }

    func wake() { unsafe _ = curl_multi_wakeup(handle) }

    deinit { unsafe _ = curl_multi_cleanup(handle) }
}
