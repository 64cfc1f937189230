/// The name of a file as the system has it: any bytes but "/" and zero, which need not be text.
struct DropName: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// NAME_MAX of Linux.
    static let longest = 255

    let bytes: [UInt8]

    /// Nil for what cannot name a file: empty, ".", "..", longer than `longest`, or with "/" or a zero byte.
    init?(_ bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
        guard (1...DropName.longest).contains(self.bytes.count), self.bytes != [0x2E], self.bytes != [0x2E, 0x2E],
            !self.bytes.contains(where: { $0 == 0 || $0 == 0x2F })
        else { return nil }
    }

    init?(_ text: String) { self.init(text.utf8) }

    /// For people, logs and the ledger: one line, and two names never look the same. What is no visible character
    /// (controls, line ends, marks that turn the reading direction), "%", and each byte beyond ASCII of a name that is
    /// no UTF-8 are written as "%0A".
    var description: String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return bytes.map { (0x21...0x7E).contains($0) && $0 != 0x25 ? String(Unicode.Scalar($0)) : escaped($0) }
                .joined()
        }
        return text.unicodeScalars.map { scalar in
            DropName.isVisible(scalar) ? String(scalar) : String(scalar).utf8.map(escaped).joined()
        }.joined()
    }

    /// Whether the name ends in `suffix` (ASCII, lower case), whatever its case, and has something before it.
    func ends(in suffix: String) -> Bool {
        bytes.count > suffix.utf8.count
            && zip(bytes.suffix(suffix.utf8.count), suffix.utf8).allSatisfy { byte, wanted in
                ((0x41...0x5A).contains(byte) ? byte + 0x20 : byte) == wanted
            }
    }

    /// Nil where the system has no room for such a name.
    func adding(_ suffix: String) -> DropName? { DropName(bytes + suffix.utf8) }

    /// The same name, shortened where it must be, with `suffix`.
    func cut(adding suffix: String) -> DropName {
        DropName(bytes.prefix(DropName.longest - suffix.utf8.count) + Array(suffix.utf8)) ?? self
    }

    /// Another name for the same file, which keeps how it ends; room is left for what is added to it.
    var another: DropName { DropName(Array("\(KeptName.newMark)~".utf8) + short.bytes) ?? self }

    func dropping(_ suffix: String) -> DropName? { DropName(bytes.dropLast(suffix.utf8.count)) }

    static func < (left: DropName, right: DropName) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }

    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: scalar != "%"
        }
    }

    private func escaped(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return "%" + (digits.utf8.count == 1 ? "0" : "") + digits
    }
}
