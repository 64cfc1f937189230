/// A file that belongs to a submission. Its bytes are in `Blobs`, or are still to be fetched by a job.
package struct Attachment: Sendable, Equatable, Codable {
    package enum Content: Sendable, Equatable, Codable {
        /// Kept under this identity.
        case kept(BlobID)
        /// To be fetched after the answer: what the channel that brought it needs to find it (a media id, a URL).
        case remote(String)
        /// Will not be had; the reason stands for the operator.
        case missing(String)
    }
    /// The name its sender gave, shown but never used as a path.
    package var name: String
    /// Media type found by looking at the content, not at the name.
    package var type: String
    /// Bytes; nil while not yet fetched.
    package var size: Int64?
    package var content: Content

    package init(name: String, type: String, size: Int64? = nil, content: Content) {
        self.name = name
        self.type = type
        self.size = size
        self.content = content
    }
}

/// Names one blob: the keyed hash of its plain bytes in lower-case hex (64 characters), so that the same file is kept
/// once and a name tells an outsider nothing.
package struct BlobID: Sendable, Hashable, Codable {
    package var hex: String
    package init(hex: String) { self.hex = hex }
    package init(from decoder: any Decoder) throws { hex = try decoder.singleValueContainer().decode(String.self) }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }
}
