import Foundation
import Intake
import NIOCore

/// Takes a posted form off the wire as it streams: fields into memory, files sealed into blobs, both bounded. What is
/// wrong with single fields or files is gathered as flaws while the rest is read on, so that nothing typed is lost.
struct FormReader: ~Copyable {
    struct Limits: Sendable {
        /// Files of one report, those uploaded with earlier tries included.
        var files = 9
        /// Bytes of one file, and of one video.
        var fileSize: Int64 = 200 << 20
        var videoSize: Int64 = 200 << 20
        /// Bytes of all files of one request.
        var total: Int64 = 2 << 30
        /// Free bytes below which no file is taken in.
        var floor: Int64 = 1 << 30

        /// Parts that are no files, and parts at all.
        static let fields = 40
        static let parts = 140
        /// Bytes of one field.
        static let field = 64 * 1024
        /// Bytes read, and thrown away, beyond `total`, so that the sender gets an answer instead of a broken connection.
        static let drained: Int64 = 2 << 30
    }

    /// A file that was kept.
    struct File: Sendable, Equatable {
        var name: String
        var kind: FileKind
        var size: Int64
        var blob: BlobID
    }

    /// Why a request cannot be answered with the form.
    enum Stop: Error, Equatable {
        /// Not what a browser sends, or cut off.
        case unreadable(String)
        case tooLarge
        /// Requests under way hold as much memory as they may.
        case busy
    }

    /// Files are to be kept: how many there are already, and whose their blobs are (`Keys.blobID`).
    struct Admitted {
        var already: Int
        var owner: String
    }
    /// Asked once, when the fields before the first file are known; nil to throw the files away.
    typealias Admission = ([String: [String]]) async -> Admitted?

    private(set) var fields: [String: [String]] = [:]
    private(set) var files: [File] = []
    private(set) var flaws: [Flaw] = []
    /// What went wrong on our side, for the log.
    private(set) var trouble: Trouble?

    private let limits: Limits
    private let blobs: any Blobs
    private let keys: Keys
    private let share: Share
    private var parts = 0
    private var fieldParts = 0
    /// Bytes of the body so far.
    private(set) var received: Int64 = 0
    private var total: Int64 = 0
    private var asked = false
    private var admitted: Admitted?
    private var field: (name: String, bytes: [UInt8], cut: Bool)?
    private var upload: Upload?
    private var overCount: [String] = []
    private var overTotal: [String] = []
    private var unwanted: [String] = []

    /// The file that is coming in.
    private struct Upload: ~Copyable {
        var name: String
        var beginning: [UInt8] = []
        var kind: FileKind?
        var size: Int64 = 0
        var writer: BlobWriter?
        /// Read on, keep nothing.
        var dropped = false
    }

    /// - Parameter share: what the form holds of the memory that requests share.
    init(_ limits: Limits, blobs: any Blobs, keys: Keys, share: Share) {
        self.share = share
        self.limits = limits
        self.blobs = blobs
        self.keys = keys
    }

    /// What was read, to be kept after the reader.
    struct Result: Sendable {
        var fields: [String: [String]]
        var files: [File]
        var flaws: [Flaw]
        var trouble: Trouble?

    }
    var result: Result { Result(fields: fields, files: files, flaws: flaws, trouble: trouble) }

    /// Reads the whole body. Every file that was finished is in `files`, on disk, also when it throws; nothing else is left
    /// behind.
    mutating func read<Body: AsyncSequence>(
        _ body: Body, boundary: String, admit: Admission
    ) async throws where Body.Element == ByteBuffer {
        var multipart = Multipart(boundary: boundary)
        do {
            for try await buffer in body {
                received += Int64(buffer.readableBytes)
                if received > limits.total + Limits.drained { throw Stop.tooLarge }
                for event in try multipart.feed(buffer.readableBytesView) { try await take(event, admit) }
            }
            guard multipart.isComplete else { throw Stop.unreadable("the form was cut off") }
        } catch {
            await discard()
            if let fault = error as? Multipart.Fault { throw Stop.unreadable(fault.reason) }
            throw error
        }
        if !overCount.isEmpty { flaws.append(.tooManyFiles(limit: limits.files, dropped: overCount)) }
        if !unwanted.isEmpty { flaws.append(.filesUnwanted(unwanted)) }
        if !overTotal.isEmpty { flaws.append(.filesTooLarge(limit: limits.total, dropped: overTotal)) }
    }

    private mutating func take(_ event: Multipart.Event, _ admit: Admission) async throws(Stop) {
        switch event {
        case .begin(let head):
            parts += 1
            if let file = head.file {
                if !asked { admitted = await admit(fields) }
                asked = true
                upload = Upload(name: file.asFileName)
            } else {
                fieldParts += 1
                field = (head.name, [], false)
            }
            guard parts <= Limits.parts, fieldParts <= Limits.fields else { throw .unreadable("too many parts") }
        case .bytes(let bytes):
            if field != nil { try keepField(bytes) } else { await keepFile(bytes) }
        case .end:
            if let (name, bytes, cut) = field {
                fields[name, default: []].append(Self.text(bytes))
                if cut, let known = FormField(rawValue: name) {
                    flaws.append(.fieldCut(known, limit: nil))
                }
                field = nil
            } else {
                await finishFile()
            }
        }
    }

    private mutating func keepField(_ bytes: ArraySlice<UInt8>) throws(Stop) {
        let room = Limits.field - (field?.bytes.count ?? 0)
        guard share.grow(by: min(room, bytes.count)) else { throw .busy }
        field?.bytes.append(contentsOf: bytes.prefix(room))
        if bytes.count > room { field?.cut = true }
    }

    /// Browsers send every line end as CR LF (HTML Standard, 4.10.21.8). What is not UTF-8 shows as such.
    private static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self).withoutControls
    }
}

/// Files.
extension FormReader {
    private mutating func keepFile(_ bytes: ArraySlice<UInt8>) async {
        guard var upload = upload.take() else { return }
        upload.size += Int64(bytes.count)
        if upload.dropped {
            self.upload = consume upload
            return
        }
        if upload.kind == nil {
            upload.beginning.append(contentsOf: bytes)
            if upload.beginning.count >= FileKind.enough { await decide(&upload) }
        } else {
            await write(bytes, &upload)
        }
        self.upload = consume upload
    }

    /// What the file is, and whether it is wanted; if so, begins to write it.
    private mutating func decide(_ upload: inout Upload) async {
        upload.dropped = true
        guard let admitted else { return unwanted.append(upload.name) }
        guard admitted.already + files.count < limits.files else { return overCount.append(upload.name) }
        guard let kind = FileKind(upload.beginning) else { return flaws.append(.fileRefused(upload.name)) }
        guard trouble == nil else { return }
        do throws(Trouble) {
            if let free = try await blobs.free(), free < limits.floor {
                throw .passing(
                    "磁盘将满：剩 \(free) 字节，须留 \(limits.floor)",
                    "the disk is nearly full: \(free) bytes left, \(limits.floor) are kept free")
            }
            guard share.grow(by: BlobWriter.chunk) else { throw .busy }
            upload.writer = try await BlobWriter(to: blobs, keys: keys)
        } catch {
            return fail(error)
        }
        upload.kind = kind
        upload.dropped = false
        let beginning = upload.beginning
        upload.beginning = []
        await write(beginning[...], &upload)
    }

    private mutating func write(_ bytes: ArraySlice<UInt8>, _ upload: inout Upload) async {
        let limit = if case .video = upload.kind { limits.videoSize } else { limits.fileSize }
        total += Int64(bytes.count)
        if upload.size > limit || total > limits.total {
            if upload.size > limit {
                flaws.append(.fileTooLarge(upload.name, limit: limit))
            } else {
                overTotal.append(upload.name)
            }
            total -= upload.size
            await drop(&upload)
            return
        }
        do throws(Trouble) {
            try await upload.writer?.append(bytes)
        } catch {
            await drop(&upload)
            fail(error)
        }
    }

    private mutating func finishFile() async {
        guard var upload = upload.take() else { return }
        if upload.size == 0 {
            // A browser sends an empty part without a name where no file was chosen.
            if !upload.name.isEmpty { flaws.append(.fileEmpty(upload.name)) }
            return
        }
        if upload.kind == nil, !upload.dropped { await decide(&upload) }
        guard let kind = upload.kind, let admitted, let writer = upload.writer.take() else { return }
        share.shrink(by: BlobWriter.chunk)
        do throws(Trouble) {
            let blob = try await writer.finish(of: admitted.owner)
            files.append(File(name: upload.name, kind: kind, size: blob.size, blob: blob.id))
        } catch {
            fail(error)
        }
    }

    private mutating func drop(_ upload: inout Upload) async {
        upload.dropped = true
        guard let writer = upload.writer.take() else { return }
        share.shrink(by: BlobWriter.chunk)
        await writer.discard()
    }

    private mutating func discard() async {
        guard var upload = upload.take() else { return }
        await drop(&upload)
    }

    private mutating func fail(_ found: Trouble) {
        if trouble == nil { flaws.append(.busy) }
        trouble = found
    }
}
