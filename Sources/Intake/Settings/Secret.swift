/// Bytes nobody may see in a log, a page or an error. Printing, interpolating, dumping or reflecting it shows dots.
package struct Secret: Sendable {
    private let value: [UInt8]

    package init(_ bytes: some Sequence<UInt8>) { value = Array(bytes) }

    /// The bytes themselves, for the call that needs them.
    package var bytes: [UInt8] { value }
    /// The bytes as UTF-8 text; what is not UTF-8 becomes U+FFFD.
    package var text: String { String(decoding: value, as: UTF8.self) }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "••••••" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}
