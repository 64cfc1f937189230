import Foundation
import Intake
import Storage

extension Blobs {
    /// A plain copy of a blob as a new, synced file; on any trouble nothing stays behind.
    func write(_ id: BlobID, to path: String, keys: Keys) async throws(Trouble) {
        let file = try SyncedFile(path: path + ".part")
        do throws(Trouble) {
            try await open(id, keys: keys) { chunk throws(Trouble) in try file.write(chunk) }
        } catch {
            file.discard()
            throw error
        }
        try file.finish(at: path)
    }
}
