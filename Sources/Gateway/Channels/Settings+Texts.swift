import Foundation
import Intake

/// Texts of the settings that go to a server as they are, and folders.
extension Settings {
    /// Text without line breaks and other controls, which a server's protocol would read as something else.
    func line(_ key: String, default other: String? = nil) -> String {
        let text = other.map { string(key, default: $0) } ?? string(key)
        check(line: text, key)
        return text
    }

    func optionalLine(_ key: String) -> String? {
        let text = optionalString(key)
        if let text { check(line: text, key) }
        return text
    }

    private func check(line text: String, _ key: String) {
        guard text.unicodeScalars.contains(where: Terminal.steers) else { return }
        complain(
            key, expected: Phrase(zh: "一行文字，不含换行等控制字符", en: "one line of text without control characters"),
            found: quoted(text))
    }

    /// Complains of what is no mail address; `{department}` may stand in it.
    func check(mail text: String, _ key: String) {
        guard !text.isEmpty, !isMailAddress(text.replacing("{department}", with: "x")) else { return }
        complain(
            key,
            expected: Phrase(
                zh: "邮件地址，如 name@example.gov.cn（不带姓名和尖括号）",
                en: "a mail address such as name@example.gov.cn, without a name or brackets"),
            found: quoted(text))
    }

    /// The folder a channel or destination works in, made absolute: none that the daemon keeps for itself.
    /// What lies on the disk is the doctor's question. Empty, with its complaint, where none is written.
    func folder(_ key: String, _ tools: Tools) -> String {
        let text = line(key)
        guard !text.isEmpty else { return "" }
        let path = tools.place(text)
        let place = FolderPath(path)
        if place == FolderPath(tools.state) || FolderPath(tools.state + "/blobs").overlaps(place, above: false)
            || FolderPath(tools.scratch).overlaps(place, above: false)
        {
            complain(
                key,
                expected: Phrase(
                    zh: "单独的目录（状态目录本身及其中的 blobs、scratch 归守护进程用）",
                    en: "a folder of its own (the state folder itself, its blobs and scratch are the daemon's)"),
                found: quoted(text))
        }
        return path
    }
}

/// `local@domain` as RFC 5321 section 4.1.2 has it, without quoted local parts and address literals.
func isMailAddress(_ text: String) -> Bool {
    let halves = text.split(separator: "@", omittingEmptySubsequences: false)
    guard halves.count == 2, (1...64).contains(halves[0].utf8.count), text.utf8.count <= 254 else { return false }
    let marks = Set("!#$%&'*+-/=?^_`|~.")
    return halves[0].allSatisfy { $0.isLetter || $0.isNumber || marks.contains($0) }
        && !halves[0].hasPrefix(".") && !halves[0].hasSuffix(".") && !halves[0].contains("..")
        && isHostName(String(halves[1]))
}
