import Dispatch
import Glibc
package import Intake

extension Network {
    /// The addresses of a name, as this machine's resolver gives them; an address is its own. Passing trouble where there
    /// are none. Takes as long as the resolver takes, and can not be cancelled.
    package static func addresses(of host: String) async throws(Trouble) -> [NetAddress] {
        if let address = NetAddress(host) { return [address] }
        let result = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: look(up: host)) }
        }
        return try result.get()
    }

    private static func look(up host: String) -> Result<[NetAddress], Trouble> {
        var first: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, nil, nil, &first)
        defer { if let first = unsafe first { unsafe freeaddrinfo(first) } }
        var (found, next): ([NetAddress], UnsafeMutablePointer<addrinfo>?) = unsafe ([], code == 0 ? first : nil)
        while let one = unsafe next {
            // Each comes once for every kind of socket.
            if let address = unsafe one.pointee.ai_addr.flatMap({ NetAddress(socket: $0) }), !found.contains(address) {
                found.append(address)
            }
            unsafe next = unsafe one.pointee.ai_next
        }
        if !found.isEmpty { return .success(found) }
        let said = unsafe gai_strerror(code).map { unsafe String(cString: $0) } ?? ""
        return .failure(.passing("域名 \(host) 解析不了", "the name \(host) cannot be resolved", detail: said))
    }
}
