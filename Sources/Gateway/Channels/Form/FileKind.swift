import Intake

/// What a file is, told by how it begins, never by its name or by what its sender says. Only what a citizen may hand in
/// is known: pictures, videos, recordings and PDF.
enum FileKind: Sendable, Equatable {
    case picture(String)
    case video(String)
    case sound(String)
    case document(String)

    /// Bytes from the beginning that are enough to tell.
    static let enough = 64

    /// The media type (IANA).
    var type: String {
        switch self {
        case .picture(let type), .video(let type), .sound(let type), .document(let type): type
        }
    }

    /// What a file beginning with these bytes is; nil if it is none of those.
    init?(_ beginning: some Sequence<UInt8>) {
        let bytes = Array(beginning.prefix(Self.enough))
        func stands(_ text: String, at offset: Int = 0) -> Bool {
            bytes.dropFirst(offset).prefix(text.utf8.count).elementsEqual(text.utf8)
        }
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .picture("image/jpeg")
        } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .picture("image/png")
        } else if stands("GIF87a") || stands("GIF89a") {
            self = .picture("image/gif")
        } else if stands("RIFF"), stands("WEBP", at: 8) {
            self = .picture("image/webp")
        } else if stands("RIFF"), stands("WAVE", at: 8) {
            self = .sound("audio/wav")
        } else if stands("ftyp", at: 4) {
            self.init(brand: String(decoding: bytes.dropFirst(8).prefix(4), as: UTF8.self))
        } else if ["moov", "mdat", "wide", "free", "skip"].contains(where: { stands($0, at: 4) }) {
            // QuickTime from before the file type box (QuickTime File Format, "File Type Compatibility Atom").
            self = .video("video/quicktime")
        } else if bytes.starts(with: [0x1A, 0x45, 0xDF, 0xA3]), Self.contains("webm", in: bytes) {
            self = .video("video/webm")
        } else if stands("#!AMR") {
            self = .sound("audio/amr")
        } else if stands("ID3") || Self.isFrame(bytes) {
            self = .sound("audio/mpeg")
        } else if bytes.count >= 2, bytes[0] == 0xFF, bytes[1] & 0xF6 == 0xF0 {
            // An ADTS frame (ISO/IEC 13818-7, 6.2), as voice recorders write it.
            self = .sound("audio/aac")
        } else if stands("OggS") {
            self = .sound("audio/ogg")
        } else if stands("%PDF-") {
            self = .document("application/pdf")
        } else {
            return nil
        }
    }

    /// By the major brand of an ISO base media file (ISO/IEC 14496-12, 4.3; brands as registered at mp4ra.org).
    private init?(brand: String) {
        switch brand {
        case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1": self = .picture("image/heic")
        case "M4A ", "M4B ", "M4P ": self = .sound("audio/mp4")
        case "qt  ": self = .video("video/quicktime")
        case _ where brand.hasPrefix("3gp") || brand.hasPrefix("3g2"): self = .video("video/3gpp")
        case "avif", "avis", "crx ", "jp2 ", "jpm ", "jpx ": return nil
        default: self = .video("video/mp4")
        }
    }

    /// An MPEG audio frame, layer III, with a bit rate and sampling rate that exist (ISO/IEC 11172-3, 2.4.2.3).
    private static func isFrame(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 3, bytes[0] == 0xFF, bytes[1] & 0xE6 == 0xE2, bytes[1] & 0x18 != 0x08 else { return false }
        return bytes[2] & 0xF0 != 0xF0 && bytes[2] & 0xF0 != 0 && bytes[2] & 0x0C != 0x0C
    }

    private static func contains(_ text: String, in bytes: [UInt8]) -> Bool {
        let wanted = Array(text.utf8)
        return bytes.indices.contains { bytes[$0...].starts(with: wanted) }
    }
}
