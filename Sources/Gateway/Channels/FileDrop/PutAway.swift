import Foundation
import Intake
import Logging

/// The files a drop has put away, `done/` and `quarantine/`, which hold in the clear what the ledger holds sealed: none of
/// them may outlive it.
struct PutAway: Sendable {
    /// Names asked after at once.
    private static let batch = 500

    let tools: Tools
    /// The folder of the drop.
    let path: String

    /// Removes files, with their call facts and reasons, of arrivals whose bytes the ledger has erased; gives how many.
    /// Files of arrivals it does not know stay: they go with their day.
    func forget() async throws(Trouble) -> Int {
        // A drop that was never opened is not made by this.
        guard FileManager.default.fileExists(atPath: path + "/done"), let done = DropName("done"),
            let quarantine = DropName("quarantine")
        else { return 0 }
        let root = try DropFolder(path: path)
        let days = try root.folder(done)
        var folders = [try root.folder(quarantine)]
        for name in try names(days) where days.isFolder(name) { folders.append(try days.folder(name)) }
        var count = 0
        for folder in folders { count += try await forget(in: folder) }
        return count
    }

    private func forget(in folder: DropFolder) async throws(Trouble) -> Int {
        let keyed = try names(folder).filter { $0.key != nil }
        var count = 0
        for start in stride(from: 0, to: keyed.count, by: PutAway.batch) {
            let part = keyed[start..<min(start + PutAway.batch, keyed.count)]
            let erased = try await tools.store.erased(arrivals: Array(Set(part.compactMap(\.key))))
            for name in part where name.key.map(erased.contains) == true {
                folder.remove(name)
                if folder.holds(name) {
                    throw .needsPerson(
                        "\(folder.path) 里有已依法删除的诉求的原文，删不掉；请检查属主和权限",
                        "\(folder.path) holds the words of an erased report and they cannot be removed; mend its owner or mode"
                    )
                }
                count += 1
            }
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
