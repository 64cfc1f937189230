package import Foundation

/// What a source id became: a ticket, and the parcel it came in.
package struct TicketArrival: Sendable {
    package var key: Data
    package var parcel: Int64
    package var ticket: Int64
    package init(key: Data, parcel: Int64, ticket: Int64) {
        self.key = key
        self.parcel = parcel
        self.ticket = ticket
    }
}

/// Whether each source id leads to the ticket it became: who sends it again is told that ticket's number and code.
struct ArrivalVerdict {
    private static let batch = 200

    let store: any Store
    let keys: Keys

    /// Tells of each arrival that does not; `progress` is told after each batch how many there were.
    func run(_ tell: (Audit.Finding) -> Void, progress: (Int) -> Void) async throws(Trouble) {
        var after = Data()
        while true {
            let arrivals = try await store.ticketArrivals(after: after, limit: ArrivalVerdict.batch)
            guard let last = arrivals.last else { return }
            // Read after the arrivals: what they became is written with them.
            let envelopes = try await store.envelopes(of: Array(Set(arrivals.map(\.parcel))).sorted())
            let entries = try await Audit.histories(of: Set(arrivals.map(\.ticket)), store)
            for arrival in arrivals {
                guard let history = entries[arrival.ticket],
                    !agrees(arrival, envelopes[arrival.parcel], history)
                else { continue }
                tell(
                    Audit.Finding(
                        what: .arrival, ticket: arrival.ticket,
                        words: Phrase(
                            zh: "来件 \(arrival.key.hex) 指向这张工单，但不是它的：再次来件的人会得到它的查询码",
                            en:
                                "arrival \(arrival.key.hex) leads to this ticket and did not become it: who sends it again gets its code"
                        )))
            }
            after = last.key
            progress(arrivals.count)
        }
    }

    private func agrees(_ arrival: TicketArrival, _ envelope: Sealed?, _ entries: [Entry]) -> Bool {
        let named = entries.filter { $0.parcel == arrival.parcel }
        guard let envelope, !named.isEmpty else { return false }
        // Erased: nothing tells any more which of its items became what.
        if envelope.bytes.isEmpty { return true }
        // An envelope that does not open is told of elsewhere.
        guard let kept = try? keys.envelope(envelope) else { return true }
        guard let item = kept.items.first(where: { $0.key == Keys.mark(of: arrival.key) }) else { return false }
        if named.contains(where: { item.entries.contains(Keys.mark(of: $0.digest)) }) { return true }
        // Nobody could read it when the envelope was sealed.
        return item.entries.isEmpty && entries.contains { $0.kind == .replayed }
    }
}
