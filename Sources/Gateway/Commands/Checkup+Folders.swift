import Foundation
import Intake

/// Who else could read or write what is ours.
extension Checkup {
    private struct Rights {
        /// Permission bits.
        var mode: Int
        var owner: Int
        var isFolder: Bool

        /// Of what a path leads to; nil where there is nothing, or nothing that we may look at.
        init?(_ path: String) {
            let path = (path as NSString).resolvingSymlinksInPath
            let found = try? FileManager.default.attributesOfItem(atPath: path)
            guard let mode = found?[.posixPermissions] as? NSNumber, let owner = found?[.ownerAccountID] as? NSNumber
            else { return nil }
            self.mode = mode.intValue & 0o777
            self.owner = owner.intValue
            isFolder = found?[.type] as? FileAttributeType == .typeDirectory
        }
    }

    /// The configuration, the state folder and what lies in it.
    func modes() async throws -> [Finding] {
        let state = fixed.state
        let owner = Rights(state + "/ledger.sqlite")?.owner ?? Rights(state)?.owner
        // A group may pass through the state folder to its outbox and its calls, never to the files of citizens.
        return [wide(ledger.configuration.file, closed: 0o022, mend: "chmod go-w")].compactMap(\.self)
            + [
                ("", 0o027, "700"), ("/blobs", 0o077, "700"), ("/scratch", 0o077, "700"),
                ("/control-token", 0o077, "600"),
                ("/ledger.sqlite", 0o077, "600"), ("/ledger.sqlite-wal", 0o077, "600"),
                ("/ledger.sqlite-shm", 0o077, "600"),
            ].compactMap { part, closed, wanted in
                let path = state + part
                guard let found = Rights(path), let owner, found.mode & closed != 0 || found.owner != owner else {
                    return nil
                }
                return Finding(
                    .serious,
                    Phrase(
                        zh: "\(path) 的权限是 \(octal(found.mode))、属主 \(found.owner)，应为 \(wanted)、与账本同主",
                        en:
                            "\(path) has mode \(octal(found.mode)) and owner \(found.owner); \(wanted) and the ledger's owner are wanted"
                    ),
                    mend: "chmod \(wanted) \(path); chown \(owner) \(path)")
            }
    }

    /// What `credential:` and `file:` lead to. systemd gives a unit its credentials as 0400, or 0440 with the group empty and
    /// an access list for the account (systemd.exec(5), LoadCredential=): what belongs to root may be so.
    func secrets() async throws -> [Finding] {
        let file = ledger.configuration.file
        let places = [credentials, (file as NSString).deletingLastPathComponent + "/credentials"].compactMap(\.self)
        let folders = Set(places.map { ($0 as NSString).resolvingSymlinksInPath }).sorted()
            .filter { Rights($0)?.isFolder == true }
        let inFolders = folders.flatMap { folder in
            ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted().map { "\(folder)/\($0)" }
        }
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        let named = text.matches(of: /file:(\/[^\s"',\]}]+)/).map { String($0.1) }
        return folders.compactMap { wide($0, closed: 0o022, mend: "chmod go-w") }
            + Set(inFolders + named).sorted().compactMap { path in
                wide(path, closed: Rights(path)?.owner == 0 ? 0o037 : 0o077, mend: "chmod 600")
            }
    }

    /// Where others of this machine bring calls, and fetch orders.
    func folders() async throws -> [Finding] {
        let works = try wantedWorks()
        let into = works.channels.values.compactMap { channel in
            if case .folder(let path) = channel.source { path } else { nil }
        }
        let out = works.dispatchers.values.compactMap(\.folder)
        // Calls are what citizens said: for the telephone system's group, not for everybody. Who reads orders is a setting.
        return Set(into).sorted().flatMap(folded).compactMap { wide($0, closed: 0o007, mend: "chmod o-rwx") }
            + Set(out).sorted().flatMap(folded).compactMap { wide($0, closed: 0o002, mend: "chmod o-w") }
    }

    /// A folder with the folders in it.
    private func folded(_ path: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return [path] + names.sorted().map { "\(path)/\($0)" }.filter { Rights($0)?.isFolder == true }
    }

    /// A finding where any of these bits is set.
    private func wide(_ path: String, closed: Int, mend: String) -> Finding? {
        guard let found = Rights(path), found.mode & closed != 0 else { return nil }
        let writes = found.mode & closed & 0o022 != 0
        return Finding(
            .serious,
            Phrase(
                zh: "\(path) 别人可\(writes ? "写" : "读")（权限 \(octal(found.mode))）",
                en: "others can \(writes ? "write" : "read") \(path) (mode \(octal(found.mode)))"),
            mend: "\(mend) \(path)")
    }

    private func octal(_ mode: Int) -> String { String(mode, radix: 8) }
}
