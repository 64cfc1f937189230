import CMime
import Glibc
import Intake

/// A parsed message or part over an open file: bodies stay in the file and are decoded when read, so memory is flat
/// whatever the size. To be used by one task at a time.
@safe final class MimeTree {
    private let file: Int32
    private let object: UnsafeMutablePointer<GMimeObject>

    /// Headers in all parts together; a message with more is refused.
    static let headerLimit = 20_000

    /// GMime must be started once, before anything else is asked of it.
    static let started: Void = cmime_start()

    /// Parses the file at this path.
    ///
    /// - Parameter part: the file is a lone MIME part (headers, blank line, body), not a message
    /// - Throws: passing if the file cannot be opened, lasting if it has too many headers
    init(_ path: String, part: Bool = false) throws(Trouble) {
        _ = MimeTree.started
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw .passing("邮件文件打不开", "the mail file cannot be opened", detail: "errno \(errno)") }
        var left = MimeTree.headerLimit
        let object = unsafe cmime_parse(file, part, &left)
        guard left > 0, let object = unsafe object else {
            if let object = unsafe object { unsafe cmime_release(object) }
            close(file)
            throw left > 0
                ? .lasting("应为邮件，内容不是", "expected a message, found nothing that is one")
                : .lasting(
                    "邮件头至多 \(MimeTree.headerLimit) 个",
                    "expected at most \(MimeTree.headerLimit) headers in a message, found more")
        }
        self.file = file
        unsafe self.object = unsafe object
    }

    deinit {
        unsafe cmime_release(object)
        close(file)
    }

    var root: MimePart { MimePart(tree: self, object: unsafe object) }
}

/// One part of a `MimeTree`, or the message itself.
@safe struct MimePart {
    private let tree: MimeTree
    private let object: UnsafeMutablePointer<GMimeObject>

    @safe fileprivate init(tree: MimeTree, object: UnsafeMutablePointer<GMimeObject>) {
        self.tree = tree
        unsafe self.object = unsafe object
    }

    @safe private func part(_ object: UnsafeMutablePointer<GMimeObject>?) -> MimePart? {
        guard let object = unsafe object else { return nil }
        return MimePart(tree: tree, object: object)
    }

    /// Top part of a message; nil for one without, and for parts.
    var body: MimePart? { part(unsafe cmime_body(object)) }
    /// Message inside a message/rfc822 part.
    var enclosed: MimePart? { part(unsafe cmime_enclosed(object)) }
    var isMultipart: Bool { unsafe cmime_kind(object) == CMIME_MULTIPART }
    var isEnclosed: Bool { unsafe cmime_kind(object) == CMIME_ENCLOSED }

    /// Parts of a multipart, in order.
    var children: some Sequence<MimePart> {
        let count = Int32(unsafe cmime_count(object))
        return (0..<count).lazy.compactMap { part(unsafe cmime_child(object, $0)) }
    }

    /// "text/plain", in lower case.
    var type: String {
        "\(MimePart.text(unsafe cmime_type(object)) ?? "text")/\(MimePart.text(unsafe cmime_subtype(object)) ?? "plain")"
            .lowercased()
    }
    /// "attachment", "inline" or another, in lower case.
    var disposition: String? { MimePart.text(unsafe cmime_disposition(object))?.lowercased() }

    /// Parameter of Content-Type, decoded (RFC 2231).
    func typeParameter(_ name: String) -> String? { MimePart.text(unsafe cmime_type_parameter(object, name)) }
    /// Parameter of Content-Disposition, decoded.
    func dispositionParameter(_ name: String) -> String? {
        MimePart.text(unsafe cmime_disposition_parameter(object, name))
    }

    /// The first header of this name as it stands in the message, in bytes, with folds and encoded words.
    func header(_ name: String) -> [UInt8]? {
        let wanted = name.lowercased()
        for index in 0..<Int32(unsafe cmime_header_count(object)) {
            guard let header = unsafe cmime_header(object, index),
                MimePart.text(unsafe cmime_header_name(header))?.lowercased() == wanted,
                let raw = unsafe cmime_header_raw(header)
            else { continue }
            return unsafe Array(UnsafeRawBufferPointer(start: raw, count: strlen(raw)))
        }
        return nil
    }

    var hasHeaders: Bool { unsafe cmime_header_count(object) > 0 }

    /// The decoded content; nil for anything but a leaf.
    func bytes() -> MimeBytes? {
        guard let stream = unsafe cmime_open(object) else { return nil }
        return MimeBytes(tree: tree, stream: stream)
    }

    /// Writes the part as it came, headers and all, to an open file; false if that fails.
    func write(to file: Int32) -> Bool { unsafe cmime_write(object, file) >= 0 }

    @safe private static func text(_ text: UnsafePointer<CChar>?) -> String? {
        guard let text = unsafe text else { return nil }
        return unsafe String(cString: text)
    }
}

/// The content of one part, read piece by piece.
@safe final class MimeBytes {
    private let tree: MimeTree
    private let stream: UnsafeMutablePointer<GMimeStream>

    @safe fileprivate init(tree: MimeTree, stream: UnsafeMutablePointer<GMimeStream>) {
        self.tree = tree
        unsafe self.stream = unsafe stream
    }

    /// The next piece of at most 64 KiB; empty at the end or where the file cannot be read on.
    func next() -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: 65_536) { room, count in
            count = max(0, unsafe cmime_read(stream, room.baseAddress, room.count))
        }
    }

    deinit { unsafe cmime_close(stream) }
}
