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

    @Test("a dry run tells what the real run does, whomever a follow-up names")
    func dry() async throws {
        try await FilledLedger.run { ledger in
            func ticket(on channel: String) async throws -> TicketNumber {
                var parcel = FilledLedger.parcel(channel, FilledLedger.report("路灯不亮"))
                parcel.channel = channel
                return try #require(try await ledger.keep([parcel]).first?.ticket)
            }
            let (own, other) = (try await ticket(on: "cti"), try await ticket(on: "web"))
            let code = ledger.keys.lookupCode(other)
            let named = [
                #""follows_up":"\#(own)""#, #""follows_up":"\#(other)""#,
                #""follows_up":"\#(other)","follows_up_code":"\#(code)""#, #""follows_up":"20261121-999999""#,
                #""follows_up":"昨天的""#, #""subject":"新的""#,
            ]
            try await ledger.keep(
                named.enumerated().map { number, field in
                    FilledLedger.parcel(
                        "m\(number)", .unreadable("torn"), body: #"{"data":{"text":"还没修",\#(field)}}"#,
                        envelope: ["webhook-id": "m\(number)"])
                })
            let gateway = ledger.gateway
            let dry = try await gateway.lines(Line.self, ["replay", "--channel", "cti", "--dry-run"])
            #expect(
                dry.lines.map(\.class) == [.followUp, .ticket, .followUp, .ticket, .ticket, .ticket], "\(dry.output)")
            #expect(dry.lines.map(\.ticket) == [own, nil, other, nil, nil, nil])
            let real = try await gateway.lines(Line.self, ["replay", "--channel", "cti"])
            #expect(real.lines.map(\.class) == dry.lines.map(\.class), "\(real.output)")
            #expect(real.lines.map { $0.class == .followUp ? $0.ticket : nil } == dry.lines.map(\.ticket))
        }
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
