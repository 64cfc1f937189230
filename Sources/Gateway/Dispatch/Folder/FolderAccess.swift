import Foundation
import Glibc
import Intake
import Storage

/// Who may read what a folder destination writes: set on every file and folder that is made, whatever the umask.
struct FolderAccess: Sendable {
    /// Of files. Folders can be entered by whoever may read them.
    private enum Mode: String, CaseIterable {
        case owner = "0600"
        case group = "0640"
        case everyone = "0644"
        case groupWrites = "0660"

        var bits: mode_t {
            switch self {
            case .owner: 0o600
            case .group: 0o640
            case .everyone: 0o644
            case .groupWrites: 0o660
            }
        }
    }

    private let mode: mode_t
    /// Nil: the group new files have by themselves.
    private let group: gid_t?

    /// Reads `mode` (0640 where it says nothing) and `group`, a name of the server's.
    init(_ settings: Settings) {
        mode = settings.choice("mode", default: Mode.group).bits
        guard let name = settings.optionalString("group") else {
            group = nil
            return
        }
        group = FolderAccess.id(of: name)
        if group == nil {
            settings.complain(
                "group", expected: Phrase(zh: "本机的一个组", en: "a group of this server"),
                found: Phrase(stringLiteral: "\"\(name.prefix(80))\""))
        }
    }

    /// On a file that is to be synced yet.
    func grant(_ file: String) throws(Trouble) { try set(file, mode) }

    /// On a folder that was made; synced with it.
    func grant(folder: String) throws(Trouble) {
        try set(folder, mode | (mode & 0o444) >> 2)
        try SyncedFile.sync(folder: folder)
    }

    private func set(_ path: String, _ mode: mode_t) throws(Trouble) {
        let found = try? FileManager.default.attributesOfItem(atPath: path)
        guard let owner = found?[.groupOwnerAccountID] as? NSNumber, let bits = found?[.posixPermissions] as? NSNumber
        else { throw SyncedFile.trouble(Phrase(zh: "查看目录中的文件", en: "look at a file of the folder")) }
        if let group, owner.uint32Value != group, unsafe lchown(path, uid_t.max, group) != 0 {
            throw .needsPerson(
                "不能把 \(path) 交给所设的组；请让本程序的账号加入该组，并在服务单元中允许更改属组",
                "\(path) cannot be given to the group that is set; make our account a member of it and let the unit change groups"
            )
        }
        // A folder whose group is inherited passes it on, where the unit lets us keep that.
        var result = unsafe chmod(path, mode | bits.uint32Value & 0o2000)
        if result != 0 { result = unsafe chmod(path, mode) }
        guard result == 0 else { throw SyncedFile.trouble(Phrase(zh: "设置文件权限", en: "set the mode of a file")) }
    }

    private static func id(of name: String) -> gid_t? {
        var entry = unsafe Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        var room = [CChar](repeating: 0, count: 64 << 10)
        let code = unsafe room.withUnsafeMutableBufferPointer { room in
            unsafe getgrnam_r(name, &entry, room.baseAddress, room.count, &found)
        }
        guard code == 0, unsafe found != nil else { return nil }
        return unsafe entry.gr_gid
    }
}
