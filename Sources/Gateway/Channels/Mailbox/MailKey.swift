import Foundation
import Intake

/// The Message-ID of a mail of ours: the delivery's key, signed. It stays the same over retries, so that mail servers know
/// a repeat; and whoever answers quotes it, which shows, unlike a number in a subject, that they were written to.
enum MailKey {
    /// Without angle brackets: "20261121-000042-7.0f…@hotline.example.cn".
    static func messageID(_ key: String, domain: String, keys: Keys) -> String {
        "\(key).\(keys.sign("mail", key, delivery: parts(key)?.id ?? 0).hex)@\(domain)"
    }

    /// Ticket and delivery that the first of these Message-IDs with a sound signature is about.
    static func delivery(_ ids: [String], keys: Keys) -> (ticket: TicketNumber, id: Int64)? {
        for id in ids.prefix(50) {
            let words = id.prefix { $0 != "@" }.split(separator: ".", omittingEmptySubsequences: false)
            guard words.count == 2, let signature = Data(hex: words[1]), let parts = parts(words[0]),
                constantTimeEqual(keys.sign("mail", String(words[0]), delivery: parts.id), signature)
            else {
                continue
            }
            return parts
        }
        return nil
    }

    /// Reads `Keys.deliveryKey`.
    private static func parts(_ key: some StringProtocol) -> (ticket: TicketNumber, id: Int64)? {
        let words = key.split(separator: "-", maxSplits: 3)
        guard words.count >= 3, let number = TicketNumber("\(words[0])-\(words[1])"), let id = Int64(words[2]) else {
            return nil
        }
        return (number, id)
    }
}
