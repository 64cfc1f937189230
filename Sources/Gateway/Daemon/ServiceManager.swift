// Which C module `timespec` counts as depends on what else is compiled with this file: both are imported.
import Dispatch
import Foundation
import Glibc

/// What we tell and take from systemd: sd_notify(3) datagrams, sd_listen_fds(3) sockets, its folders. Without systemd
/// every call does nothing.
struct ServiceManager: Sendable {
    private let socket: String?
    /// Half of WatchdogSec: how often it wants to hear from us; nil without a watchdog.
    let watchdog: Duration?
    /// Listening sockets by the name their unit gives them (`FileDescriptorName=`).
    let sockets: [String: Int32]
    /// `StateDirectory=`, `RuntimeDirectory=`, `LoadCredential=`.
    let state: String?
    let runtime: String?
    let credentials: String?

    init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        socket = environment["NOTIFY_SOCKET"]
        watchdog = environment["WATCHDOG_USEC"].flatMap(Int64.init).map { .microseconds($0 / 2) }
        state = environment["STATE_DIRECTORY"]
        runtime = environment["RUNTIME_DIRECTORY"]
        credentials = environment["CREDENTIALS_DIRECTORY"]
        var sockets: [String: Int32] = [:]
        if environment["LISTEN_PID"] == String(getpid()), let count = environment["LISTEN_FDS"].flatMap(Int32.init) {
            let names = (environment["LISTEN_FDNAMES"] ?? "").split(separator: ":", omittingEmptySubsequences: false)
            for number in 0..<min(max(count, 0), 16) {
                let descriptor = 3 + number
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                sockets[Int(number) < names.count ? String(names[Int(number)]) : "public"] = descriptor
            }
        }
        self.sockets = sockets
    }

    func ready(_ status: String) { send("READY=1\nSTATUS=\(status)") }
    func status(_ status: String) { send("STATUS=\(status)") }
    func alive() { send("WATCHDOG=1") }
    func stopping() { send("STOPPING=1\nSTATUS=stopping") }
    /// With the monotonic time, which later service managers ask for.
    func reloading() {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        send("RELOADING=1\nMONOTONIC_USEC=\(Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)")
    }

    private func send(_ text: String) {
        guard let socket, let first = socket.first, first == "/" || first == "@" else { return }
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // "@" stands for the zero byte of an abstract socket.
        let path = first == "@" ? [0] + Array(socket.utf8.dropFirst()) : Array(socket.utf8)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.count < room else { return }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
        let message = Array(text.utf8)
        _ = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL), $0, length)
            }
        }
    }
}
