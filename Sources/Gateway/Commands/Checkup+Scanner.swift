import Intake

/// The clamd that looks through files for viruses, if one is configured.
extension Checkup {
    /// New signatures come each day; after so many days without, something is wrong with freshclam.
    private static let stale = 7

    func scanner() async throws -> [Finding] {
        guard let clamd = ledger.configuration.clamd else { return [] }
        do throws(Trouble) {
            try await clamd.greet()
            return [try await size(clamd), try await signatures(clamd)].compactMap(\.self)
        } catch {
            let detail = error.detail.map { " (\($0))" } ?? ""
            return [
                Finding(
                    .serious, Phrase(zh: "附件没法查毒：\(error.words.zh)\(detail)", en: "\(error.reason)\(detail)"),
                    mend: Phrase(
                        zh: "systemctl status clamav-daemon；查配置 clamd.address；恢复前工单不带附件先走，恢复后自己补查补送",
                        en:
                            "systemctl status clamav-daemon; look at clamd.address; until then tickets go on without their "
                            + "files, which follow by themselves"))
            ]
        }
    }

    private func size(_ clamd: Clamd) async throws(Trouble) -> Finding? {
        if try await clamd.takesLargest() { return nil }
        let largest = clamd.largest >> 20
        return Finding(
            .notice,
            Phrase(
                zh: "clamd 不收 \(largest) MiB 的文件（配置 clamd.largest）",
                en: "clamd does not take files of \(largest) MiB (the setting clamd.largest)"),
            mend: Phrase(
                zh: "调大 clamd.conf 的 StreamMaxLength（连同 MaxFileSize、MaxScanSize）并重启 clamd，或调小 clamd.largest",
                en:
                    "raise StreamMaxLength of clamd.conf (with MaxFileSize and MaxScanSize) and restart clamd, or lower "
                    + "clamd.largest"))
    }

    private func signatures(_ clamd: Clamd) async throws(Trouble) -> Finding? {
        guard let day = try await clamd.signatures() else { return nil }
        let age = Day(ledger.now, offset: .zero).daysSince1970 - day.daysSince1970
        guard age > Checkup.stale else { return nil }
        return Finding(
            .notice,
            Phrase(zh: "病毒特征库已 \(age) 天没有更新（\(day)）", en: "the virus signatures are \(age) days old (\(day))"),
            mend: Phrase(
                zh: "systemctl status clamav-freshclam；sudo freshclam",
                en: "systemctl status clamav-freshclam; sudo freshclam"
            ))
    }
}
