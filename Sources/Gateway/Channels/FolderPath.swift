import Foundation
import Glibc
import Intake
import Storage

/// A folder by its path, without `.`, `..` and links.
struct FolderPath: Hashable {
    private let parts: [String]

    init(_ path: String) {
        parts =
            URL(filePath: path, directoryHint: .isDirectory).standardizedFileURL.resolvingSymlinksInPath()
            .pathComponents
    }

    /// Whether the other is this folder or lies in it; with `above`, also whether this one lies in the other.
    func overlaps(_ other: FolderPath, above: Bool = true) -> Bool {
        other.parts.starts(with: parts) || above && parts.starts(with: other.parts)
    }

    /// It, or the nearest above it that is there.
    static func nearest(_ path: String) -> String {
        var folder = path
        while !FileManager.default.fileExists(atPath: folder), folder.count > 1 {
            folder = (folder as NSString).deletingLastPathComponent
        }
        return folder
    }

    /// Lasting trouble where it is no folder, or no file can be made in it: one is made, and taken away again.
    static func checkWritable(_ folder: String) throws(Trouble) {
        var isFolder: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw .lasting("\(folder) 不是目录；请移走它", "\(folder) is no folder; move it away")
        }
        do throws(Trouble) { try SyncedFile(path: "\(folder)/.probe-\(UUID().uuidString)").discard() } catch {
            throw .lasting(
                "目录不可写（\(error.detail ?? "")）；请检查属主、权限和磁盘：\(folder)",
                "the folder cannot be written (\(error.detail ?? "")); check its owner, mode and disk: \(folder)")
        }
    }
}
