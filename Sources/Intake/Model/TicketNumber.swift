/// What citizens and departments call a ticket: the day it came (in the city's zone) and the ledger's ascending id,
/// as in `20261121-000042`. It carries the id, so no index of numbers is needed; it is no secret (see
/// `Keys.lookupCode`).
package struct TicketNumber: Sendable, Hashable, Codable, CustomStringConvertible {
    package var day: Day
    package var id: Int64

    package init(day: Day, id: Int64) {
        self.day = day
        self.id = id
    }

    /// Reads `yyyymmdd-n`, digits only, with n in 1...10^15; white space around it is forgiven.
    package init?(_ text: some StringProtocol) {
        let parts = text.trimmed.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 8, (1...16).contains(parts[1].utf8.count),
            parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let day = Day("\(parts[0].prefix(4))-\(parts[0].dropFirst(4).prefix(2))-\(parts[0].suffix(2))"),
            let id = Int64(parts[1]), id > 0
        else { return nil }
        self.init(day: day, id: id)
    }

    package var description: String {
        let digits = String(id)
        return "\(day.description.replacing("-", with: ""))-" + String(repeating: "0", count: max(0, 6 - digits.count))
            + digits
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let number = TicketNumber(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "a ticket number reads 20261121-000042")
        }
        self = number
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
