import Intake

extension Keys {
    /// Ticket and department of the first genuine reply token in a text (`Keys.replyToken`); of a long text the first
    /// 64 KiB are looked through.
    func replyToken(in text: String) -> (ticket: TicketNumber, department: String)? {
        let words = text.utf8.prefix(65_536).split { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "."),
                UInt8(ascii: "-"), UInt8(ascii: "_"):
                false
            default: true
            }
        }
        // Not worth a digest: whatever is shorter than day, number and signature.
        for word in words where word.count > 30 {
            let parts = word.split(separator: UInt8(ascii: ".")).map { String(decoding: $0, as: UTF8.self) }
            guard parts.count >= 3, let ticket = TicketNumber(parts[0]) else { continue }
            let department = parts[1..<(parts.count - 1)].joined(separator: ".")
            let given = "\(ticket).\(department).\(parts[parts.count - 1])"
            if constantTimeEqual(given.utf8, replyToken(ticket, department: department).utf8) {
                return (ticket, department)
            }
        }
        return nil
    }
}
