import Crypto
package import Foundation

/// What look-up codes, reply tokens, keys of deliveries and knots of checkpoints are derived from, since the ledger was
/// last restored. A restored ledger has forgotten what it handed out after its backup and would hand it out again, to
/// others: so everything made since has a root of its own, drawn at random, and numbers of tickets go on above a gap.
package struct Generation: Sendable, Equatable, Codable {
    /// 32 bytes.
    let root: Data
    /// The first ticket, delivery and checkpoint it counts for; nought for a ledger that was never restored.
    package let ticket: Int64
    package let delivery: Int64
    package let checkpoint: Int64
    /// The highest ticket there was before. No ticket has a number between that and `ticket`.
    package let lastTicket: Int64

    init(first root: Data) {
        self.root = root
        (ticket, delivery, checkpoint, lastTicket) = (0, 0, 0, 0)
    }

    /// A fresh one for a restored ledger, whose highest ids are these.
    ///
    /// - Parameter ticket: the first number there is to be from now on.
    package init(from ticket: Int64, lastTicket: Int64, lastDelivery: Int64, lastCheckpoint: Int64) {
        root = Data((0..<32).map { _ in UInt8.random(in: .min ... .max) })
        self.ticket = max(ticket, lastTicket + 1)
        self.lastTicket = lastTicket
        delivery = lastDelivery + 1
        checkpoint = lastCheckpoint + 1
    }

    /// Where numbers go on after a restore: above ten times as many as came in as long a time on average before the
    /// backup, at least 50,000, and from a number on that people notice. Where more was lost, numbers repeat, and still
    /// nothing else does.
    ///
    /// - Parameters:
    ///   - last: the highest number in the backup.
    ///   - age: from the first report to the backup.
    ///   - lost: from the backup to now.
    package static func firstTicket(after last: Int64, age: Duration, lost: Duration) -> Int64 {
        let round: Int64 = 100_000
        let rate = Double(last) / max(86_400, age / .seconds(1))
        let likely = Int64(min(1e12, rate * max(0, lost / .seconds(1)) * 10))
        return (last + max(50_000, likely) + round - 1) / round * round + 1
    }
}

/// A generation with its keys made ready: that takes longer than authenticating a short text.
struct ReadyGeneration: Sendable {
    let facts: Generation
    let token: HMAC<SHA256>
    let knot: HMAC<SHA256>

    init(_ facts: Generation) {
        self.facts = facts
        token = HMAC(key: Keys.derive("token", from: facts.root))
        knot = HMAC(key: Keys.derive("checkpoint", from: facts.root))
    }
}

extension Keys {
    /// All there are, oldest first; never none.
    var generations: [Generation] { [first.facts] + later.map(\.facts) }

    func generation(ofTicket id: Int64) -> ReadyGeneration { later.last { $0.facts.ticket <= id } ?? first }
    func generation(ofDelivery id: Int64) -> ReadyGeneration { later.last { $0.facts.delivery <= id } ?? first }
    func generation(ofCheckpoint id: Int64) -> ReadyGeneration { later.last { $0.facts.checkpoint <= id } ?? first }

    /// How tickets are numbered.
    package var numbering: Numbering { Numbering(generations) }

    /// These keys from a restore on.
    package func restored(_ generation: Generation) -> Keys {
        Keys(current, older: older, generations: generations + [generation])
    }

    /// What a delivery is known by wherever it goes, however often it is tried: idempotency key, part of a Message-ID, name
    /// of a folder. `20261121-000042-57`; after a restore with eight digits more, so that no delivery made since is taken
    /// for one that the ledger has forgotten.
    package func deliveryKey(_ ticket: TicketNumber, _ delivery: Int64) -> String {
        let generation = generation(ofDelivery: delivery)
        let key = "\(ticket)-\(delivery)"
        if generation.facts.delivery == 0 { return key }
        return key + "-" + generation.token.code(of: Data("delivery".utf8)).prefix(4).hex
    }

    /// `sign` for a text about a ticket, with the key of its generation.
    package func sign(_ purpose: String, _ text: String, ticket: TicketNumber) -> Data {
        Keys.signature(purpose, text, generation(ofTicket: ticket.id))
    }

    /// `sign` for a text about a delivery, with the key of its generation.
    package func sign(_ purpose: String, _ text: String, delivery: Int64) -> Data {
        Keys.signature(purpose, text, generation(ofDelivery: delivery))
    }

    static func signature(_ purpose: String, _ text: String, _ generation: ReadyGeneration) -> Data {
        generation.token.code(of: Data("\(purpose)\u{0}\(text)".utf8)).prefix(16)
    }
}

/// Ids of tickets without the gaps that restores left between them.
package struct Numbering: Sendable {
    /// Ascending.
    private let gaps: [Range<Int64>]

    init(_ generations: [Generation]) {
        gaps = generations.dropFirst().map { $0.lastTicket + 1..<$0.ticket }
    }

    /// Where a ticket stands among all numbers that were given.
    func place(of id: Int64) -> Int64 {
        gaps.reduce(id) { $1.upperBound <= id ? $0 - Int64($1.count) : $0 }
    }

    /// The ticket that stands there.
    func ticket(at place: Int64) -> Int64 {
        gaps.reduce(place) { $0 >= $1.lowerBound ? $0 + Int64($1.count) : $0 }
    }

    /// Of these numbers those that were given to a ticket, in order.
    func given(_ ids: Range<Int64>) -> [Range<Int64>] {
        var (left, next): ([Range<Int64>], Int64) = ([], ids.lowerBound)
        for gap in gaps where gap.overlaps(ids) {
            if next < gap.lowerBound { left.append(next..<gap.lowerBound) }
            next = max(next, gap.upperBound)
        }
        if next < ids.upperBound { left.append(next..<ids.upperBound) }
        return left
    }
}
