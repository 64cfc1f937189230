import Foundation
import HTTPTypes
import Hummingbird
import Intake
import Logging
import NIOCore

/// `POST /api/v1/files`: the bytes of one file, streamed into a sealed blob; the answer is a reference for `files` of a
/// report. A file no report names within a week is removed.
struct APIUpload {
    let channel: APIChannel
    let request: Request
    let context: GatewayContext

    private var tools: Tools { channel.tools }

    private struct Answer: Encodable {
        var file: String
        var type: String
        var size: Int64
    }

    func answer(_ inbox: Inbox) async throws(Problem) -> Response {
        let key = try await channel.caller(request, may: .submit)
        let limits = channel.uploads
        let most = max(limits.fileSize, limits.videoSize)
        if let length = request.headers[.contentLength].flatMap({ Int64($0) }), length > most { throw .tooLarge(most) }
        let reference = FormToken.randomID()
        do {
            let (kind, blob) = try await keep(owner: reference, inbox)
            let given = Query(request.uri.query ?? "")["name"]?.asFileName ?? ""
            let file = Attachment(
                name: given.isEmpty ? "file" : given, type: kind.type, size: blob.size, content: .kept(blob.id))
            try await tools.store.stage(
                StagedFile(
                    form: Self.owner(reference, key: key.id, channel), file: reference,
                    sealed: try tools.keys.seal(json: file, as: "staged"), blob: blob.id, at: tools.now()))
            return .json(.created, Answer(file: reference, type: kind.type, size: blob.size))
        } catch let problem as Problem {
            throw problem
        } catch let trouble as Trouble {
            tools.log.warning("a file was not kept", metadata: ["channel": "\(channel.name)", "trouble": "\(trouble)"])
            throw .later(trouble)
        } catch {
            throw Problem(.badRequest, "cut-off", Phrase(zh: "内容没有传完，请重发", en: "the body broke off; send it again"))
        }
    }

    private func keep(
        owner: String, _ inbox: Inbox
    ) async throws -> (kind: FileKind, blob: (id: BlobID, size: Int64)) {
        if let free = try await tools.blobs.free(), free < channel.uploads.floor {
            throw Trouble.passing("磁盘将满", "the disk is nearly full")
        }
        let share = Share(tools.bodies, of: tools.sender(request, context))
        guard share.grow(by: BlobWriter.chunk) else {
            inbox.refused(.bodies, channel: channel.name)
            throw Trouble.busy
        }
        var kind: FileKind?
        var beginning: [UInt8] = []
        var writer = try await BlobWriter(to: tools.blobs, keys: tools.keys)
        do {
            for try await piece in request.body {
                if kind == nil {
                    beginning.append(contentsOf: piece.readableBytesView.prefix(FileKind.enough))
                    if beginning.count >= FileKind.enough { kind = try Self.kind(beginning) }
                }
                try await writer.append(piece.readableBytesView)
                let limit = if case .video = kind { channel.uploads.videoSize } else { channel.uploads.fileSize }
                if writer.size > limit { throw Problem.tooLarge(limit) }
            }
            kind = try kind ?? Self.kind(beginning)
        } catch {
            await writer.discard()
            throw error
        }
        let blob = try await writer.finish(of: owner)
        return (try kind ?? Self.kind(beginning), (blob.id, blob.size))
    }

    private static func kind(_ beginning: [UInt8]) throws(Problem) -> FileKind {
        if let kind = FileKind(beginning) { return kind }
        var problem = Problem(
            .unsupportedMediaType, "file-kind",
            Phrase(zh: "只接受照片、视频、录音和 PDF", en: "only pictures, videos, recordings and PDF are taken"))
        problem.headers[.connection] = "close"
        throw problem
    }

    /// What a reference of this key stands for; nil if it is none, or its file was removed or erased.
    static func find(
        _ reference: String, key: String, channel: APIChannel
    ) async throws(Trouble) -> (StagedFile, Attachment)? {
        let tools = channel.tools
        guard reference.utf8.count == 22,
            let file = try await tools.store.staged(owner(reference, key: key, channel)).first
        else { return nil }
        // From now on neither a sweep nor an erasure takes it before the ledger names it.
        guard try await tools.blobs.touch(file.blob) else { return nil }
        return (file, try tools.keys.open(Attachment.self, file.sealed, as: "staged"))
    }

    private static func owner(_ reference: String, key: String, _ channel: APIChannel) -> Data {
        channel.tools.keys.sourceKey(channel: channel.name, id: "file/\(key)/\(reference)")
    }
}
