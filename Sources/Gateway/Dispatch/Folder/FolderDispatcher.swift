import Foundation
import Intake
import Storage

/// Hands a delivery over as a folder of its own: `<path>/<recipient>/<key>/` with `order.json` (or `recall.json`,
/// `receipt.json`, `alert.json`) and the files. It is written under a dot name, synced, and renamed in whole: a department's program
/// that sees the folder sees all of it. The same delivery again finds its folder there, with its own order in it, and is
/// done; a folder with anything else in it is left as it is, and a person is told.
struct FolderDispatcher: Dispatcher {
    static let kind = "folder"
    static let example = """
        kind: folder
        # 每张工单一个目录，整体改名写入。单位自己的程序来取时，须写状态目录之外的绝对路径（状态目录他人进不去），
        # 并在服务单元的 ReadWritePaths= 中列出。
        # One folder a work order, renamed in whole. For a department's own program to fetch it must be an absolute path
        # outside the state folder, which nobody else may enter, and be listed in ReadWritePaths= of the unit.
        path: /srv/intake/orders
        # 文件权限：0600、0640、0644 或 0660；目录相应可进。Of files; folders can be entered by whoever may read.
        mode: "0640"
        # 取件程序所在的组；不写则为本程序的组。服务单元要放行，见操作员手册。
        # Whose program fetches; otherwise our own group. The unit must allow it: see the operator guide.
        # group: lighting
        """
    static let repeatable = true

    private let path: String
    var folder: String? { path.isEmpty ? nil : path }
    private let access: FolderAccess
    private let blobs: any Blobs
    private let keys: Keys

    init(name: String, _ settings: Settings, _ tools: Tools) {
        path = settings.folder("path", tools)
        access = FolderAccess(settings)
        blobs = tools.blobs
        keys = tools.keys
    }

    func deliver(_ outgoing: Outgoing) async throws(Trouble) -> String {
        let parent = "\(path)/\(FolderDispatcher.safe(outgoing.recipient))"
        let place = "\(parent)/\(outgoing.key)"
        let name = "\(FolderDispatcher.word(outgoing.message)).json"
        var kept: [Int: String] = [:]
        for file in outgoing.message.files where outgoing.blobs[file.number] != nil {
            kept[file.number] = "\(file.number)-\(FolderDispatcher.safe(file.name))"
        }
        let json = try JSON.encode(FolderForm(key: outgoing.key, message: outgoing.message, files: kept))
        if FileManager.default.fileExists(atPath: place) {
            guard FileManager.default.contents(atPath: "\(place)/\(name)") == json else {
                throw .needsPerson(
                    "目录 \(outgoing.key) 已在，里面却不是这份内容，没有写入；请看明白，把它移走，再放行",
                    "folder \(outgoing.key) was there already with something else in it, nothing was written; look at it, move it "
                        + "away, then release")
            }
            return Phrase(zh: "目录 \(outgoing.key) 已在", en: "folder \(outgoing.key) was there already").kept
        }
        let draft = "\(parent)/.\(outgoing.key)"
        try? FileManager.default.removeItem(atPath: draft)
        for folder in [path, parent, draft] { try make(folder, for: outgoing.recipient) }
        for (number, file) in kept {
            guard let id = outgoing.blobs[number] else { continue }
            try await blobs.write(id, to: "\(draft)/\(file)", keys: keys, access: access)
        }
        let part = try SyncedFile(path: "\(draft)/\(name).part")
        try part.write(json)
        try access.grant("\(draft)/\(name).part")
        try part.finish(at: "\(draft)/\(name)")
        try SyncedFile.sync(folder: draft)
        do { try FileManager.default.moveItem(atPath: draft, toPath: place) } catch {
            throw .passing(
                "派发目录改名就位失败", "the folder of a delivery could not be renamed into its place", detail: "\(error)")
        }
        try SyncedFile.sync(folder: parent)
        return Phrase(zh: "目录 \(outgoing.key)", en: "folder \(outgoing.key)").kept
    }

    /// A folder that is there already keeps the rights it has.
    private func make(_ folder: String, for recipient: String) throws(Trouble) {
        guard !FileManager.default.fileExists(atPath: folder) else { return }
        do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
            throw .passing(
                "目的地 \(recipient) 的目录建不了；请检查属主和磁盘空间",
                "the folder of destination \(recipient) cannot be made; check its owner and free space",
                detail: "\(error)"
            ).ofServer
        }
        try access.grant(folder: folder)
    }

    func reach() async throws(Trouble) {
        let folder = FolderPath.nearest(path)
        try FolderPath.checkWritable(folder)
        let facts = try? FileManager.default.attributesOfFileSystem(forPath: folder)
        guard let free = (facts?[.systemFreeSize] as? NSNumber)?.int64Value, free < FolderDispatcher.room else {
            return
        }
        throw .passing(
            "目录 \(path) 所在的磁盘只剩 \(free >> 20) MiB；请腾出空间",
            "\(free >> 20) MiB are left on the disk of the folder \(path); free some space")
    }

    /// An order may hold several files of a citizen's.
    private static let room: Int64 = 64 << 20

    private static func word(_ message: Message) -> String {
        if case .workOrder = message { "order" } else { message.type }
    }

    /// A name that is one path component, whatever it was, and shorter than any file system's limit.
    static func safe(_ name: String) -> String {
        let safe = String(name.asFileName.replacing(":", with: "_").drop { $0 == "." })
        return safe.isEmpty ? "file" : safe
    }
}

/// What stands in the JSON file of a folder: the message, the key it is known by, and the names of its files.
private struct FolderForm: Encodable {
    var key: String
    var message: Message
    var files: [String: String]

    init(key: String, message: Message, files: [Int: String]) {
        self.key = key
        self.message = message
        self.files = Dictionary(uniqueKeysWithValues: files.map { (String($0.key), $0.value) })
    }
}
