/// What is kept of an attachment that a sender names by address: the address, and the digest its bytes must have. The
/// digest rides as the fragment, which is never sent.
package struct RemoteFile: Sendable, Equatable {
    package var address: String
    /// SHA-256 in lower-case hex, if the sender gave one.
    package var digest: String?

    package init(address: String, digest: String?) {
        self.address = String(address.prefix { $0 != "#" })
        self.digest = digest
    }

    /// Back from `text`.
    package init(text: String) {
        address = String(text.prefix { $0 != "#" })
        let fragment = text.dropFirst(address.count + 1)
        digest = fragment.hasPrefix("sha256=") ? String(fragment.dropFirst(7)) : nil
    }

    /// For `Attachment.Content.remote`.
    package var text: String { digest.map { "\(address)#sha256=\($0)" } ?? address }

    /// The last part of the path, to show.
    package var name: String {
        let path = address.prefix { $0 != "?" }
        let last = path.dropFirst("https://".count).split(separator: "/").dropFirst().last.map(String.init)
        return last ?? "file"
    }

    /// Only https with a host, in visible ASCII: addresses come from outsiders. Where it may lead is checked when it is
    /// fetched, on the connected address.
    static func isAddress(_ text: String) -> Bool {
        let lower = text.lowercased()
        guard lower.hasPrefix("https://"), lower.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return false }
        let host = lower.dropFirst("https://".count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return !host.isEmpty && !host.contains("@")
    }
}
