import Foundation
import Intake
import Storage
import Testing

@testable import Gateway

@Suite("What was one unreadable thing and is several") struct ReplayTests {
    struct Line: Decodable {
        var id: Int64
        var `class`: ArrivalClass
        var ticket: TicketNumber?
        var reason: String?
    }

    @Test("the good ones come in although the first stays bad, once, and each bad one is read as itself again")
    func several() async throws {
        try await FilledLedger.run { ledger in
            let body =
                #"{"type":"intake.submitted","timestamp":"2026-11-21T00:00:00Z","data":[{"text":1},{"text":"水管漏水"},{"kind":"help"}]}"#
            try await ledger.keep([
                FilledLedger.parcel("m", .unreadable("three"), body: body, envelope: ["webhook-id": "m"])
            ])
            let gateway = ledger.gateway
            let first = try await gateway.lines(Line.self, ["replay", "1"])
            #expect(first.status == 1 && first.lines.map(\.class) == [.quarantined], "\(first.output)")
            #expect(try await gateway.lines(Quarantined.self, ["quarantine"]).lines.map(\.item) == [0, 2])

            let both = try await gateway.lines(Line.self, ["replay", "--channel", "cti"])
            #expect(both.lines.map(\.class) == [.quarantined, .quarantined], "\(both.output)")
            let reasons = both.lines.compactMap(\.reason)
            #expect(reasons.count == 2 && reasons[0] != reasons[1], "\(both.output)")
            try await ledger.withStore { store in
                let books = try await store.books()
                #expect(books.complaints.isEmpty && books.tickets == 1 && books.quarantined == 2)
            }
        }
    }
}
