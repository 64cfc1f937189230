import Foundation
import Intake
import Servers
import Testing

@testable import Gateway

/// `kill -9` between the claim of a file, its commit and its move to `done/`.
@Suite("Calls and kill -9", .timeLimit(Proof.limit)) struct CallKillTests {
    private static let round = 60

    @Test(
        "Every call put into the folder is one ticket, however often the gateway is killed", arguments: Backend.allCases
    )
    func killed(_ ledger: Backend) async throws {
        try await withFolder { folder in
            func run(_ connection: String?) async throws {
                try await loop(
                    ledger,
                    try RunningGateway(
                        folder: folder, ledger: ledger, connection: connection, channels: CallDrop.channel))
            }
            try await on(ledger, run)
        }
    }

    private func loop(_ ledger: Backend, _ gateway: RunningGateway) async throws {
        var random = SplitMix(state: Proof.seed)
        let kills = Proof.runs(4, prove: 50)
        let drop = try CallDrop(gateway)
        var put = 0
        for kill in 1...kills {
            for _ in 0..<Self.round {
                put += 1
                let facts = #"{"call_id": "\#(put)", "start": "2026-01-05 09:24:00"}"#
                try drop.put("\(put).txt", "坐席：请讲。\n市民：编号\(put)路灯不亮。\n", facts: facts)
            }
            try await gateway.start()
            // The moment of the kill is an amount of work: so many files moved since the start. Asked often, because all
            // of them are moved within some milliseconds.
            let goal = drop.done + Int(random.next() % UInt64(Self.round))
            let end = ContinuousClock.now + .seconds(20)
            while drop.done < goal, ContinuousClock.now < end { try await Pause.short(milliseconds: 1) }
            gateway.stop(SIGKILL)
            Proof.progress("kills", kill, of: kills)
        }
        let all = put
        try await gateway.start()
        defer { gateway.stop(SIGKILL) }
        _ = try await eventually("all files are in done") {
            drop.done == all ? true : nil as Bool?
        }
        let orders = try await eventually("all are handed over") { () -> [String]? in
            let orders = gateway.handedOver(to: "lighting").map { String(decoding: $0.json, as: UTF8.self) }
            return orders.count >= all ? orders : nil
        }
        let numbers = orders.compactMap { $0.firstMatch(of: #/编号(\d+)路灯/#).flatMap { Int($0.1) } }
        #expect(numbers.sorted() == Array(1...all))
        Proof.row(
            "calls, killed between two moves (\(ledger))", runs: kills, acknowledged: all,
            lost: all - Set(numbers).count, doubled: numbers.count - Set(numbers).count)
        let books = try await gateway.books()
        #expect(books.tickets == all && books.arrivals == ["ticket": all], "\(books)")
        #expect(books.complaints.isEmpty, "\(books.complaints)")
        #expect(drop.names("quarantine").isEmpty && drop.names("claimed").isEmpty && drop.names("incoming").isEmpty)
    }
}
