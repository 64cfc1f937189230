import Foundation
import Intake
import Storage

/// Hands a delivery over as a folder of its own: `<path>/<recipient>/<key>/` with `order.json` (or `recall.json`,
/// `receipt.json`, `alert.json`) and the files. It is written under a dot name, synced, and renamed in whole: a department's program
/// that sees the folder sees all of it. The same delivery again finds its folder there and is done.
struct FolderDispatcher: Dispatcher {
    static let kind = "folder"
    static let example = """
        kind: folder
        # 每张工单一个目录，整体改名写入。One directory a work order, renamed in whole.
        path: outbox
        """
    static let repeatable = true

    private let path: String
    private let blobs: any Blobs
    private let keys: Keys

    init(name: String, _ settings: Settings, _ tools: Tools) {
        path = tools.place(settings.string("path"))
        blobs = tools.blobs
        keys = tools.keys
    }

    func deliver(_ outgoing: Outgoing) async throws(Trouble) -> String {
        let parent = "\(path)/\(FolderDispatcher.safe(outgoing.recipient))"
        let place = "\(parent)/\(outgoing.key)"
        if FileManager.default.fileExists(atPath: place) {
            return Phrase(zh: "目录 \(outgoing.key) 已在", en: "folder \(outgoing.key) was there already").kept
        }
        let draft = "\(parent)/.\(outgoing.key)"
        do {
            try? FileManager.default.removeItem(atPath: draft)
            try FileManager.default.createDirectory(
                atPath: draft, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        } catch {
            throw .passing(
                "目的地 \(outgoing.recipient) 的目录建不了；请检查属主和磁盘空间",
                "the folder of destination \(outgoing.recipient) cannot be made; check its owner and free space",
                detail: "\(error)")
        }
        let (name, files) = FolderDispatcher.parts(outgoing.message)
        var kept: [String: String] = [:]
        for (number, file) in files.enumerated() {
            guard case .kept(let id) = file.content else { continue }
            let name = "\(number + 1)-\(FolderDispatcher.safe(file.name))"
            try await blobs.write(id, to: "\(draft)/\(name)", keys: keys)
            kept[String(number + 1)] = name
        }
        let json = FolderForm(key: outgoing.key, message: outgoing.message, files: kept)
        let part = try SyncedFile(path: "\(draft)/\(name).part")
        try part.write(try JSON.encode(json))
        try part.finish(at: "\(draft)/\(name)")
        try SyncedFile.sync(folder: draft)
        do { try FileManager.default.moveItem(atPath: draft, toPath: place) } catch {
            throw .passing(
                "派发目录改名就位失败", "the folder of a delivery could not be renamed into its place", detail: "\(error)")
        }
        try SyncedFile.sync(folder: parent)
        return Phrase(zh: "目录 \(outgoing.key)", en: "folder \(outgoing.key)").kept
    }

    func reach() async throws(Trouble) {
        var folder = path
        while !FileManager.default.fileExists(atPath: folder), folder.count > 1 {
            folder = (folder as NSString).deletingLastPathComponent
        }
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw .lasting("目录不可写；请检查属主和权限：\(folder)", "the folder cannot be written; check owner and mode: \(folder)")
        }
    }

    private static func parts(_ message: Message) -> (file: String, attachments: [Attachment]) {
        switch message {
        case .workOrder(let order): ("order.json", order.attachments)
        case .recall: ("recall.json", [])
        case .receipt: ("receipt.json", [])
        case .alert: ("alert.json", [])
        }
    }

    /// A name that is one path component, whatever it was: at most 80 characters, no separators, controls or leading dot.
    static func safe(_ name: String) -> String {
        let kept = name.unicodeScalars.map { scalar -> Character in
            let odd = scalar == "/" || scalar == "\\" || scalar == ":" || scalar.properties.generalCategory == .control
            return odd ? "_" : Character(scalar)
        }
        var safe = String(kept.prefix(80))
        while safe.hasPrefix(".") { safe.removeFirst() }
        return safe.isEmpty ? "file" : safe
    }
}

/// What stands in the JSON file of a folder: the message, the key it is known by, and the names of its files.
private struct FolderForm: Encodable {
    var key: String
    var message: Message
    var files: [String: String]
}
