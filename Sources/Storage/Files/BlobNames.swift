import Foundation
import Intake
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// The names of kept files, `ab/abcdef…`: given, touched and taken away one at a time, so that no sweep removes what is
/// being kept or asked for at that moment. When a file was last kept or touched is its time of modification.
final class BlobNames: Sendable {
    private let folder: String
    private let one = Mutex(())

    init(folder: String) { self.folder = folder }

    private func parent(of id: BlobID) -> String { "\(folder)/\(id.hex.prefix(2))" }

    func path(of id: BlobID) -> String { "\(parent(of: id))/\(id.hex)" }

    /// Gives a written file its name; on disk when this returns. It takes the place of an older one, which says the same:
    /// whether the older one's own syncs went well nobody knows any more, and an error of a sync is told once only, so
    /// that what was not on disk then would look as if it were (rule 9). A try that failed leaves nothing that a later one
    /// relies on.
    func give(_ id: BlobID, to file: SyncedFile) throws(Trouble) {
        let parent = parent(of: id)
        do throws(Trouble) { try make(parent) } catch {
            file.discard()
            throw error
        }
        try file.sync()
        try one.withLock { _ throws(Trouble) in try file.move(to: path(of: id)) }
        try SyncedFile.sync(folder: parent)
    }

    /// Puts a written file in the place of one that is there; false, and nothing done, if it is there no more.
    func replace(_ id: BlobID, with file: SyncedFile) throws(Trouble) -> Bool {
        try file.sync()
        let there = try one.withLock { _ throws(Trouble) in
            guard FileManager.default.fileExists(atPath: path(of: id)) else {
                file.remove()
                return false
            }
            try file.move(to: path(of: id))
            return true
        }
        if there { try SyncedFile.sync(folder: parent(of: id)) }
        return there
    }

    /// One folder for 256th parts of all files. Where its name cannot be synced it goes again, so that the next try makes
    /// it anew instead of finding it.
    private func make(_ parent: String) throws(Trouble) {
        try one.withLock { _ throws(Trouble) in
            guard unsafe mkdir(parent, 0o700) == 0 else {
                if errno == EEXIST { return }
                throw SyncedFile.trouble(Phrase(zh: "新建目录", en: "make the folder of a file"))
            }
            do throws(Trouble) { try SyncedFile.sync(folder: folder) } catch {
                unsafe rmdir(parent)
                throw error
            }
        }
    }

    /// False if there is no such file.
    func touch(_ id: BlobID) throws(Trouble) -> Bool {
        try one.withLock { _ throws(Trouble) in
            if unsafe utimensat(AT_FDCWD, path(of: id), nil, 0) == 0 { return true }
            if errno == ENOENT { return false }
            throw SyncedFile.trouble(Phrase(zh: "更新文件时间", en: "touch a file"))
        }
    }

    func remove(_ id: BlobID, untouchedFor idle: Duration) {
        one.withLock { _ in
            let path = path(of: id)
            if isUntouched(path, for: idle) { unsafe _ = unlink(path) }
        }
    }

    /// In order of their names, folder by folder.
    func untouched(for idle: Duration, after: BlobID?, limit: Int) -> [BlobID] {
        func names(_ path: String) -> [String] {
            ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
        }
        var found: [BlobID] = []
        let last = after?.hex ?? ""
        for part in names(folder) where part.utf8.count == 2 && part >= last.prefix(2) {
            for name in names("\(folder)/\(part)") where name > last {
                guard isUntouched("\(folder)/\(part)/\(name)", for: idle) else { continue }
                found.append(BlobID(hex: name))
                if found.count >= limit { return found }
            }
        }
        return found
    }

    private func isUntouched(_ path: String, for idle: Duration) -> Bool {
        let facts = try? FileManager.default.attributesOfItem(atPath: path)
        guard let kept = facts?[.modificationDate] as? Date else { return false }
        return kept <= Date.now.addingTimeInterval(-Double(idle.components.seconds))
    }
}
