import CCurl
import Glibc
import Intake

/// What only the thread of a `NetThread` touches: the transfers and lines under way.
final class NetCore {
    private let multi: Multi?
    private var transfers: [UInt: any Transfer] = [:]
    private var lines: [ObjectIdentifier: LineEnd] = [:]

    init(_ multi: Multi?) { self.multi = multi }

    /// The thread has ended; nothing can be started.
    var stopped: Bool { multi == nil }

    /// Starts a transfer; `transfer.finished` is called once, later or at once.
    func start(_ transfer: any Transfer) {
        guard let multi else { return transfer.finished(.cancelled) }
        let key = transfer.easy.key
        transfers[key] = transfer
        guard unsafe curl_multi_add_handle(multi.handle, transfer.easy.handle) == CURLM_OK else {
            transfers[key] = nil
            return transfer.finished(.code(CURLE_OUT_OF_MEMORY))
        }
    }

    /// Ends a transfer early; nothing if it has ended already.
    func cancel(_ transfer: any Transfer) {
        guard transfers.removeValue(forKey: transfer.easy.key) != nil else { return }
        remove(transfer)
        transfer.finished(.cancelled)
    }

    private func remove(_ transfer: any Transfer) {
        guard let multi else { return }
        unsafe _ = curl_multi_remove_handle(multi.handle, transfer.easy.handle)
    }

    /// Keeps the connection of a transfer that only connected: its handle stays in the multi handle.
    func watch(_ line: LineEnd) { lines[ObjectIdentifier(line)] = line }

    /// Moves everything on as far as it goes, then waits for a socket, a wake-up or the next deadline.
    func step() {
        guard let multi else { return }
        var running: Int32 = 0
        unsafe _ = curl_multi_perform(multi.handle, &running)
        collect(multi)
        var sockets: [curl_waitfd] = []
        var wait: Duration = .seconds(60)
        for line in lines.values {
            line.proceed()
            guard let waiting = line.waiting else { continue }
            sockets.append(waiting.socket)
            wait = min(wait, waiting.left)
        }
        var ready: Int32 = 0
        let milliseconds = Int32(clamping: max(0, wait.wholeMilliseconds + 1))
        unsafe _ = curl_multi_poll(multi.handle, &sockets, UInt32(sockets.count), milliseconds, &ready)
    }

    private func collect(_ multi: Multi) {
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi.handle, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE, let easy = unsafe message.pointee.easy_handle,
                let transfer = transfers.removeValue(forKey: UInt(bitPattern: easy))
            else { continue }
            let code = unsafe ccurl_result(message)
            if !(transfer.staysConnected && code == CURLE_OK) { remove(transfer) }
            transfer.finished(.code(code))
        }
    }

    /// Fails whatever is left.
    func end() {
        for transfer in Array(transfers.values) { cancel(transfer) }
        for line in lines.values {
            line.end()
            if let multi { unsafe _ = curl_multi_remove_handle(multi.handle, line.easy.handle) }
        }
        lines = [:]
    }
}
