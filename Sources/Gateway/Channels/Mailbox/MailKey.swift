import Foundation
import Intake

/// The Message-ID of a mail of ours: the delivery's key, signed. It stays the same over retries, so that mail servers know
/// a repeat; and whoever answers quotes it, which shows, unlike a number in a subject, that they were written to.
enum MailKey {
    /// Without angle brackets: "20261121-000042-7.0f…@hotline.example.cn".
    static func messageID(_ key: String, domain: String, keys: Keys) -> String {
        "\(key).\(keys.sign("mail", key).hex)@\(domain)"
    }

    /// Ticket and delivery that the first of these Message-IDs with a sound signature is about.
    static func delivery(_ ids: [String], keys: Keys) -> (ticket: TicketNumber, id: Int64)? {
        for id in ids.prefix(50) {
            let parts = id.prefix { $0 != "@" }.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 2, let signature = Data(hex: parts[1]),
                keys.verify("mail", String(parts[0]), signature)
            else {
                continue
            }
            let words = parts[0].split(separator: "-")
            if words.count == 3, let number = TicketNumber("\(words[0])-\(words[1])"), let id = Int64(words[2]) {
                return (number, id)
            }
        }
        return nil
    }
}
