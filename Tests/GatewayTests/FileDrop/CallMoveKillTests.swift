import Foundation
import Intake
import Servers
import Testing

@testable import Gateway

@Suite("Calls and a kill before each move") struct CallMoveKillTests {
    /// Counted for each thread: those before are of the start, which tries its folders. Two files and their facts are claimed; one of them had been put
    /// back under our name and loses it; then they are put away.
    private static let moves = 5...11

    @Test("Killed before whichever move of a file, every call is one ticket with its caller, and lies with its facts")
    func everyMove() async throws {
        var killed = 0
        for move in Self.moves {
            try await withFolder { folder in
                let gateway = try RunningGateway(
                    folder: folder, ledger: .sqlite, connection: nil, channels: CallDrop.channel)
                let drop = try CallDrop(gateway)
                let keys = try Keys(master: Data(repeating: 7, count: 32))
                let back = KeptName(key: Data(count: 16), name: try #require(DropName("b.txt")))
                try drop.put(
                    back.written(keys).bytes, "坐席：请讲。\n市民：水管漏水。\n",
                    facts: #"{"call_id": "b", "start": "2026-01-05 09:24:00", "caller": "13900139001"}"#)
                try drop.put(
                    "a.txt", "坐席：请讲。\n市民：路灯不亮。\n",
                    facts: #"{"call_id": "a", "start": "2026-01-05 09:25:00", "caller": "13900139000"}"#)
                let end: () -> Bool = { drop.done == 2 && drop.names("claimed").isEmpty }
                do {
                    try await gateway.start(
                        under: [
                            "/usr/bin/strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=renameat", "-e",
                            "inject=renameat:signal=KILL:when=\(move)",
                        ])
                    let over = ContinuousClock.now + .seconds(8)
                    while !end(), ContinuousClock.now < over, try await gateway.inside("/healthz").status == 200 {
                        try await Pause.short(milliseconds: 50)
                    }
                } catch {}
                if !end() { killed += 1 }
                gateway.stop(SIGKILL)
                try await gateway.start()
                defer { gateway.stop(SIGKILL) }
                _ = try await eventually("both lie in done") { end() ? true : nil as Bool? }
                let store = try await gateway.openLedger()
                let books = try await store.books()
                #expect(books.tickets == 2 && books.arrivals == ["ticket": 2], "move \(move): \(books)")
                for ticket in 1...2 as ClosedRange<Int64> {
                    #expect(try await store.contacts(of: ticket).count == 1, "move \(move)")
                }
                await store.close()
                let day = try #require(drop.names("done").first)
                #expect(
                    drop.names("done/\(day)").count == 4 && drop.names("quarantine").isEmpty,
                    "move \(move): \(drop.names("done/\(day)"))")
                // What the start tries its folders with may be there just now.
                #expect(drop.names("incoming").allSatisfy { $0.hasPrefix(".probe-") })
            }
        }
        #expect(killed >= 3)
    }
}
