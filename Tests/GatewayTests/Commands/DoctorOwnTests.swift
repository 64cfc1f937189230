import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("The doctor looks at its own machine") struct DoctorOwnTests {
    private func findings(_ ledger: FilledLedger) async throws -> [DoctorLine] {
        let found = try await ledger.gateway.lines(DoctorLine.self, ["doctor"])
        #expect(found.status == 1, "\(found.output)")
        return found.lines
    }

    @Test("too little room is found before and after nothing is taken any more, each with what to do")
    func room() async throws {
        let free = try FileManager.default.attributesOfFileSystem(forPath: NSTemporaryDirectory())[.systemFreeSize]
        let gibibytes = try #require((free as? NSNumber)?.int64Value) >> 30
        for (floor, level) in [(gibibytes * 3 / 4, "notice"), (gibibytes * 2, "serious")] {
            try await FilledLedger.run { ledger in
                let file = URL(filePath: ledger.gateway.folder + "/intake.yaml")
                let text = try String(contentsOf: file, encoding: .utf8)
                    .replacing("store: { kind: sqlite }", with: "store: { kind: sqlite, floor: \(floor)GiB }")
                try Data(text.utf8).write(to: file)
                let found = try await ledger.gateway.lines(DoctorLine.self, ["doctor"]).lines
                let room = try #require(found.first { $0.words.en.hasSuffix("nothing is taken") }, "\(found)")
                #expect(room.level == level && room.mend?.en.contains("free some space") == true, "\(room)")
            }
        }
    }

    @Test("a clock behind the ledger is found, with what to do")
    func clock() async throws {
        try await FilledLedger.run { ledger in
            var parcel = FilledLedger.parcel("a", FilledLedger.report("路灯不亮"))
            parcel.received = .wall + .seconds(3600)
            try await ledger.keep([parcel])
            let found = try await findings(ledger)
            let clock = try #require(found.first { $0.words.en.contains("the clock is behind the ledger") }, "\(found)")
            #expect(clock.level == "serious" && clock.mend?.en.contains("set-ntp") == true, "\(clock)")
        }
    }
}
