import CCurl
import Glibc
import Intake

/// Lets a transfer connect only to what its `Egress` allows: new sockets are judged before they connect, kept
/// connections (which another destination may have opened) before a request goes over them.
final class Gate {
    private let egress: Egress
    /// The address last tried.
    private(set) var last: NetAddress?
    private var blocked = false

    init(_ egress: Egress) { self.egress = egress }

    /// Must stay alive as long as the transfer.
    func guardSockets(of easy: Easy) {
        let owner = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe _ = ccurl_on_open(easy.handle, openSocket, owner)
        unsafe _ = ccurl_on_before(easy.handle, beforeRequest, owner)
    }

    /// Nil if nothing was blocked.
    func trouble(_ host: String) -> Trouble? { blocked ? NetTrouble.blocked(last, host: host) : nil }

    fileprivate func allows(_ address: NetAddress?) -> Bool {
        last = address
        blocked = !(address.map(egress.allows) ?? (egress == .anywhere))
        return !blocked
    }
}

private let openSocket: ccurl_open = { owner, _, address in
    guard let owner = unsafe owner, let address = unsafe address else { return CURL_SOCKET_BAD }
    let gate = unsafe Unmanaged<Gate>.fromOpaque(owner).takeUnretainedValue()
    let asked = unsafe withUnsafePointer(to: &address.pointee.addr) { NetAddress(socket: $0) }
    guard gate.allows(asked) else { return CURL_SOCKET_BAD }
    let kind = unsafe address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
    return unsafe socket(address.pointee.family, kind, address.pointee.protocol)
}

private let beforeRequest: ccurl_before = { owner, remote, _, _, _ in
    guard let owner = unsafe owner, let remote = unsafe remote else { return CURL_PREREQFUNC_ABORT }
    let gate = unsafe Unmanaged<Gate>.fromOpaque(owner).takeUnretainedValue()
    return gate.allows(NetAddress(unsafe String(cString: remote))) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}
