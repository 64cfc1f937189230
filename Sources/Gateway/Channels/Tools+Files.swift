import Crypto
import Foundation
import Intake

extension Tools {
    /// A path in the scratch folder that no file has.
    func scratchPath() -> String { "\(scratch)/\(UUID().uuidString)" }

    /// Keeps a file of the scratch folder in `Blobs` and removes it. What it is is told by its content; `digest` is the
    /// SHA-256 it must have, in lower-case hex, if its sender named one.
    func keep(scratch path: String, name: String, digest: String? = nil) async throws(Trouble) -> Attachment {
        defer { try? FileManager.default.removeItem(atPath: path) }
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw .passing("取来的文件不在临时目录了", "a fetched file is gone from the scratch folder")
        }
        defer { try? file.close() }
        var writer = try await BlobWriter(to: blobs, keys: keys)
        var hash = SHA256()
        var kind: FileKind?
        do {
            while let piece = try file.read(upToCount: BlobWriter.chunk), !piece.isEmpty {
                if writer.size == 0 { kind = FileKind(piece) }
                hash.update(data: piece)
                try await writer.append(piece)
            }
            guard writer.size > 0 else { throw Trouble.lasting("取来的文件为空", "the fetched file is empty") }
            guard digest == nil || hash.finalize().hex == digest else {
                throw Trouble.lasting(
                    "文件的 SHA-256 与来件所说不符", "expected the file with the SHA-256 that was announced, found another")
            }
        } catch {
            await writer.discard()
            throw error as? Trouble ?? .passing("取来的文件读不出", "a fetched file cannot be read", detail: "\(error)")
        }
        let blob = try await writer.finish()
        return Attachment(
            name: name, type: kind?.type ?? "application/octet-stream", size: blob.size, content: .kept(blob.id))
    }
}
