import Foundation
import Intake

/// The files of one form until it is accepted. Each blob belongs to this form alone, whoever else handed in the same
/// bytes (`Keys.blobID`), and is staged anew when the form is on its way into the ledger, which names it long before
/// the sweep could: so what is removed because nobody came back for it is missed by no ticket.
struct Staging {
    let channel: FormChannel
    let form: FormToken
    let now: Instant

    /// How long files wait for their form.
    static let lifetime = Duration.seconds(7 * 86_400)
    /// How long the files of a form that broke off lie: another try of it may be sending the same ones just now.
    static let grace = Duration.seconds(3600)
    /// The time of a file that is not swept any more.
    static let pinned = Instant(milliseconds: .max)

    private var tools: Tools { channel.tools }
    private var key: Data { tools.keys.sourceKey(channel: channel.name, id: form.id) }

    /// How a file is called within its form.
    static func id(_ blob: BlobID) -> String { String(blob.hex.prefix(16)) }

    /// Everything the form carries now: what its page listed, less what was ticked for removal, and what just came.
    func files(of posted: FormReader.Result, flaws: inout [Flaw]) async throws(Trouble) -> [SavedForm.File] {
        let listed = Set(posted.fields.values(.kept)).subtracting(posted.fields.values(.remove))
        if listed.isEmpty, posted.files.isEmpty { return [] }
        let staged = try await tools.store.staged(key)
        var files: [SavedForm.File] = []
        // In an order that does not change when they are staged anew: a double click must say the same twice.
        for row in staged.sorted(by: { $0.file < $1.file }) where listed.contains(row.file) {
            // From now on no sweep takes it before the ledger names it.
            guard try await tools.blobs.touch(row.blob) else { continue }
            files.append(try tools.keys.open(SavedForm.File.self, row.sealed, as: "staged"))
        }
        if files.count < listed.count { flaws.append(.filesExpired(listed.count - files.count)) }
        for upload in posted.files where !files.contains(where: { $0.blob == upload.blob }) {
            let file = SavedForm.File(upload)
            // One that broke off may have brought it, and is soon forgotten.
            if !staged.contains(where: { $0.blob == file.blob && $0.at >= now - Self.grace }) {
                try await stage(file, at: now)
            }
            files.append(file)
        }
        return files
    }

    /// The ledger is about to name these files, or this form takes them over: none of them may be swept before it does.
    func hold(_ files: [SavedForm.File]) async throws(Trouble) {
        for file in files { try await stage(file, at: now) }
    }

    /// What came with a form that broke off: no page lists it, so it goes soon, unless an earlier try brought it too.
    func abandon(_ uploads: [FormReader.File]) async throws(Trouble) {
        let staged = try await tools.store.staged(key)
        for upload in uploads where !staged.contains(where: { $0.blob == upload.blob }) {
            try await stage(SavedForm.File(upload), at: now - Self.lifetime + Self.grace)
        }
    }

    private func stage(_ file: SavedForm.File, at: Instant) async throws(Trouble) {
        try await tools.store.stage(
            StagedFile(
                form: key, file: Self.id(file.blob), sealed: try tools.keys.seal(json: file, as: "staged"),
                blob: file.blob, at: at))
    }
}

extension SavedForm.File {
    fileprivate init(_ upload: FormReader.File) {
        self.init(name: upload.name, type: upload.kind.type, size: upload.size, blob: upload.blob)
    }
}
