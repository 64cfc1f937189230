import Glibc

/// One IP address in the form connections are judged by: IPv4 inside IPv6 (mapped, RFC 4291 section 2.5.5.2; NAT64,
/// RFC 6052 and RFC 8215) is taken out first, so that one address has one form.
package struct NetAddress: Sendable, Hashable {
    /// The 16 bytes as a number, IPv4 as ::ffff:a.b.c.d.
    let high: UInt64
    let low: UInt64

    private static let mapped: UInt64 = 0xffff_0000_0000

    package var isVersion4: Bool { high == 0 && low >> 32 == 0xffff }

    /// From four bytes in network order.
    init(version4: UInt32) {
        self.init(plain: 0, NetAddress.mapped | UInt64(version4))
    }

    private init(plain high: UInt64, _ low: UInt64) {
        self.high = high
        self.low = low
    }

    /// From sixteen bytes in network order.
    init(high: UInt64, low: UInt64) {
        let isNAT64 = high == 0x0064_ff9b_0000_0000 && low >> 32 == 0
        let isLocalNAT64 = high >> 16 == 0x0064_ff9b_0001
        if isNAT64 || isLocalNAT64 {
            self.init(version4: UInt32(truncatingIfNeeded: low))
        } else {
            self.init(plain: high, low)
        }
    }

    /// Reads what resolvers and libcurl read: dotted IPv4, its decimal, octal, hex and shortened forms, IPv6 with or
    /// without brackets. A zone ("%eth0") is dropped. Nil for anything else.
    package init?(_ text: String) {
        var text = Substring(text)
        if text.hasPrefix("["), text.hasSuffix("]") { text = text.dropFirst().dropLast() }
        if let zone = text.firstIndex(of: "%") { text = text[..<zone] }
        var four = in_addr()
        var six = in6_addr()
        if unsafe inet_pton(AF_INET6, String(text), &six) == 1 {
            self.init(six)
        } else if !text.contains(where: \.isWhitespace), unsafe inet_aton(String(text), &four) != 0 {
            self.init(version4: UInt32(bigEndian: four.s_addr))
        } else {
            return nil
        }
    }

    private init(_ six: in6_addr) {
        var copy = six
        let (high, low) = unsafe withUnsafeBytes(of: &copy) {
            unsafe ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        self.init(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
    }

    /// From the address libcurl is about to connect to; nil for other families than IPv4 and IPv6.
    @safe init?(socket: UnsafePointer<sockaddr>) {
        switch Int32(unsafe socket.pointee.sa_family) {
        case AF_INET:
            let four = unsafe UnsafeRawPointer(socket).loadUnaligned(as: sockaddr_in.self)
            self.init(version4: UInt32(bigEndian: four.sin_addr.s_addr))
        case AF_INET6:
            let six = unsafe UnsafeRawPointer(socket).loadUnaligned(as: sockaddr_in6.self)
            self.init(six.sin6_addr)
        default: return nil
        }
    }
}

extension NetAddress: CustomStringConvertible {
    /// Dotted for IPv4; eight groups in hex for IPv6.
    package var description: String {
        if isVersion4 {
            return [24, 16, 8, 0].map { String((low >> $0) & 0xff) }.joined(separator: ".")
        }
        return [high, low].flatMap { half in [48, 32, 16, 0].map { String((half >> $0) & 0xffff, radix: 16) } }
            .joined(separator: ":")
    }
}
