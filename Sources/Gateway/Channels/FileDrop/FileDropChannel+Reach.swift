import Foundation
import Intake

extension FileDropChannel {
    /// Settling takes seconds; longer than this nothing lies claimed.
    private static let patience = Duration.seconds(600)

    /// Needs a person, too, where files lie in `claimed/` for long: nobody has them yet, or they are in the ledger and an
    /// erasure may not find them there.
    func reach() async throws(Trouble) {
        try FolderPath.checkWritable(FolderPath.nearest(path))
        guard FileManager.default.fileExists(atPath: path + "/claimed") else { return }
        let (now, claimed) = (tools.now(), try DropFolder(path: path + "/claimed"))
        var (count, longest) = (0, Duration.zero)
        try claimed.list { batch throws(Trouble) in
            // Its name begins with the moment it was made.
            guard let made = Int64(batch.description.prefix { $0 != "-" }), claimed.isFolder(batch),
                now - Instant(milliseconds: made) > FileDropChannel.patience
            else { return true }
            let before = count
            try claimed.folder(batch).list { _ throws(Trouble) in
                count += 1
                return true
            }
            if count > before { longest = max(longest, now - Instant(milliseconds: made)) }
            return true
        }
        guard count > 0 else { return }
        let minutes = longest.components.seconds / 60
        throw .needsPerson(
            "\(claimed.path) 里有 \(count) 个文件办不完，最久的已 \(minutes) 分钟；看原因：journalctl -u intake | grep channel=\(name)；改好它说的属主、权限或磁盘，读不了的文件移走",
            "\(count) files in \(claimed.path) are not settled, for up to \(minutes) minutes; see why: journalctl -u intake | grep channel=\(name); mend the owner, mode or disk it tells, move away what cannot be read"
        )
    }
}
