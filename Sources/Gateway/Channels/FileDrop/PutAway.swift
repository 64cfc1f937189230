import Foundation
import Intake
import Logging

/// The files of a drop that are in the ledger: `done/`, `quarantine/`, and what could not be moved out of `claimed/`. They
/// hold in the clear what the ledger holds sealed: none of them may outlive it.
struct PutAway: Sendable {
    /// Names asked after at once.
    private static let batch = 500

    let tools: Tools
    /// The folder of the drop.
    let path: String

    /// Removes files, with their call facts and reasons, of arrivals whose bytes the ledger has erased; gives how many.
    /// Files of arrivals it does not know stay: they go with their day. What cannot be removed or looked through keeps
    /// nothing else; its trouble is thrown at the end.
    func forget() async throws(Trouble) -> Int {
        // A drop that was never opened is not made by this.
        guard FileManager.default.fileExists(atPath: path + "/done") else { return 0 }
        var (count, trouble): (Int, Trouble?) = (0, nil)
        for folder in try folders(&trouble) {
            do throws(Trouble) { count += try await forget(in: folder, &trouble) } catch { trouble = trouble ?? error }
        }
        if let trouble { throw trouble }
        return count
    }

    /// The quarantine, the days of `done/` and the folders of `claimed/`.
    private func folders(_ trouble: inout Trouble?) throws(Trouble) -> [DropFolder] {
        let root = try DropFolder(path: path)
        var folders: [DropFolder] = []
        for (text, hasFolders) in [("quarantine", false), ("done", true), ("claimed", true)] {
            guard let name = DropName(text), root.holds(name) else { continue }
            do throws(Trouble) {
                let place = try root.folder(name)
                guard hasFolders else {
                    folders.append(place)
                    continue
                }
                for name in try names(place) where place.isFolder(name) {
                    do throws(Trouble) { folders.append(try place.folder(name)) } catch { trouble = trouble ?? error }
                }
            } catch { trouble = trouble ?? error }
        }
        return folders
    }

    private func forget(in folder: DropFolder, _ trouble: inout Trouble?) async throws(Trouble) -> Int {
        let kept = try names(folder).compactMap { name in KeptName(name, tools.keys).map { (name, $0.key) } }
        var (count, left, odd) = (0, 0, 0)
        for start in stride(from: 0, to: kept.count, by: PutAway.batch) {
            let part = kept[start..<min(start + PutAway.batch, kept.count)]
            let erased = try await tools.store.erased(arrivals: Array(Set(part.map(\.1))))
            for (name, key) in part where erased.contains(key) {
                guard folder.facts(name) != nil else {
                    odd += folder.holds(name) ? 1 : 0
                    continue
                }
                folder.remove(name)
                if folder.holds(name) { left += 1 } else { count += 1 }
            }
        }
        if odd > 0 {
            tools.log.warning(
                "a folder, link or device has the name of a file that was put away; it was left, look what it holds",
                metadata: ["folder": "\(folder.path)", "count": "\(odd)"])
        }
        if left > 0 {
            trouble =
                trouble
                ?? .needsPerson(
                    "\(folder.path) 里有 \(left) 个文件是已依法删除的诉求的原文，删不掉；请检查属主和权限",
                    "\(folder.path) holds \(left) files with the words of erased reports that cannot be removed; mend its owner or mode"
                )
        }
        if count > 0 { try folder.sync() }
        return count
    }

    private func names(_ folder: DropFolder) throws(Trouble) -> [DropName] {
        var names: [DropName] = []
        try folder.list { name throws(Trouble) in
            names.append(name)
            return true
        }
        return names
    }
}
