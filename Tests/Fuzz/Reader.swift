/// One reader of bytes from outside, with the laws it obeys.
struct Reader: Sendable {
    var name: String
    /// Gives the bytes to the reader and ends the process where a law is broken.
    var read: @Sendable ([UInt8]) -> Void

    static func named(_ name: String) -> Reader? { all.first { $0.name == name } }

    static let all =
        formReaders + jsonReaders + callReaders + mailReaders + serverReaders + platformReaders + settingsReaders
        + cityReaders
}

/// The input whole, cut in two at a place that it chooses itself, and byte by byte: what a stream may come as.
func pieces(_ bytes: [UInt8]) -> [[ArraySlice<UInt8>]] {
    let place = bytes.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xffff } % (bytes.count + 1)
    return [[bytes[...]], [bytes[..<place], bytes[place...]], bytes.indices.map { bytes[$0...$0] }]
}

/// The input as lines, the last one all that is left, for readers of several things.
func fields(_ bytes: [UInt8], _ count: Int) -> [[UInt8]] {
    var fields = bytes.split(separator: 10, maxSplits: count - 1, omittingEmptySubsequences: false).map(Array.init)
    while fields.count < count { fields.append([]) }
    return fields
}

/// What a reader of text gets where the bytes are not UTF-8.
func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
