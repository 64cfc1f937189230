import Foundation
import Intake
import Storage

extension Blobs {
    /// A plain copy of a blob as a new, synced file, ours alone where no `access` is given; on any trouble nothing stays
    /// behind.
    func write(_ id: BlobID, to path: String, keys: Keys, access: FolderAccess? = nil) async throws(Trouble) {
        let file = try SyncedFile(path: path + ".part")
        do throws(Trouble) {
            try await open(id, keys: keys) { chunk throws(Trouble) in try file.write(chunk) }
            try access?.grant(path + ".part")
        } catch {
            file.discard()
            throw error
        }
        try file.finish(at: path)
    }
}
