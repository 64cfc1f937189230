import Foundation
import Intake
import Storage
import Testing

@testable import Gateway

/// A call that is told again under the same identity: nothing said is lost, and nothing is said twice.
@Suite("A call told again") struct CallAgainTests {
    private static let first = """
        {"format":"intake.transcript/1","call":{"call_id":"P1","start":"2026-11-21T10:00:00+08:00"},
         "turns":[{"side":"citizen","text":"喂，你好，我想反映个事"}]}
        """
    private static let second = """
        {"format":"intake.transcript/1",
         "call":{"call_id":"P1","start":"2026-11-21T10:00:00+08:00","caller":"13800138000","recording":"/rec/P1.wav"},
         "turns":[{"side":"citizen","text":"喂，你好，我想反映个事"},{"side":"agent","text":"您请讲"},
                  {"side":"citizen","text":"永安里小区3号楼着火了，有人被困"}]}
        """
    private static let plain = "市民：喂，你好，我想反映个事。\n坐席：您请讲。\n市民：永安里小区3号楼着火了，有人被困！\n"
    private static let facts =
        #"{"call_id":"P1","start":"2026-11-21T10:00:00+08:00","caller":"13800138000","recording":"/rec/P1.wav"}"#

    private struct Told: Decodable {
        struct Line: Decodable { var kind: EntryKind }
        struct Conversation: Decodable { var recording: String? }
        struct Person: Decodable { var value: String }
        var body: String?
        var history: [Line]
        var calls: [Conversation]
        var contacts: [Person]?
    }

    @Test(
        "What a call says when it comes again joins its ticket, with alert, caller and recording",
        arguments: Backend.allCases)
    func wholeWay(_ ledger: Backend) async throws {
        try await withGateway(ledger, channels: CallDrop.channel) { gateway in
            let drop = try CallDrop(gateway)
            try drop.put("a.json", Self.first)
            _ = try await eventually("it is a ticket") { try await gateway.books().tickets == 1 ? true : nil as Bool? }
            try drop.put("b.json", Self.second)
            _ = try await eventually("a person was alerted") {
                gateway.handedOver(to: "operator").isEmpty ? nil : true as Bool?
            }
            // The same in another form, and the first once more: nothing new.
            try drop.put("c.txt", Self.plain, facts: Self.facts)
            try drop.put("d.json", Self.first)
            _ = try await eventually("all are done") { drop.done == 4 ? true : nil as Bool? }
            let books = try await gateway.books()
            #expect(books.arrivals == ["ticket": 1, "follow-up": 1] && books.complaints.isEmpty, "\(books)")
            let told = try #require(
                try await gateway.lines(Told.self, ["ticket", "1", "--reveal", "回访"]).lines.first)
            #expect(told.body == "喂，你好，我想反映个事\n\n永安里小区3号楼着火了，有人被困")
            #expect(told.history.contains { $0.kind == .alerted })
            #expect(told.contacts?.map(\.value) == ["13800138000"])
            #expect(told.calls.map(\.recording) == [nil, "/rec/P1.wav"])
        }
    }

    @Test("Files of one call that wait together are taken in order of age, whatever their names")
    func order() async throws {
        try await DropBench.run { bench in
            // As many as are taken in one step, the older half with the later names.
            for call in 0..<60 {
                let (old, new) = ("z\(call).json", "a\(call).json")
                try bench.put(old, Self.first.replacing("P1", with: "P\(call)"))
                try bench.put(new, Self.second.replacing("P1", with: "P\(call)"))
                for (name, time) in [(old, 1_767_570_000.0), (new, 1_767_570_060.0)] {
                    try FileManager.default.setAttributes(
                        [.modificationDate: Date(timeIntervalSince1970: time)],
                        ofItemAtPath: bench.path("incoming", name))
                }
            }
            #expect(try await bench.scanLater() == Drop.Step(taken: 120))
            let books = try await bench.store.books()
            #expect(books.arrivals == ["ticket": 60, "follow-up": 60])
            #expect(try await bench.submissions().allSatisfy { $0.text.hasPrefix("喂，你好，我想反映个事\n\n永安里") })
        }
    }

    @Test("Killed after the follow-up was kept and before its file was moved: read again it is the same")
    func killed() async throws {
        try await DropBench.run { bench in
            try bench.put("a.json", Self.first)
            try await bench.scanLater()
            try bench.put("b.json", Self.second)
            try await bench.scanLater()
            for _ in 0..<2 {
                for name in ["a.json", "b.json"] {
                    try bench.move("done/2026-01-05/\(name)", "claimed/1-x/\(name)")
                }
                #expect(try await bench.scanLater().taken == 2)
            }
            #expect(try await bench.store.books().arrivals == ["ticket": 1, "follow-up": 1])
        }
    }

    @Test("Facts alone that come later are kept once: caller, recording, and that the caller asked for confidence")
    func factsOnly() async throws {
        try await DropBench.run { bench in
            let start = #""call_id":"P1","start":"2026-11-21T10:00:00+08:00""#
            let rows = [
                "{\(start)}", #"{\#(start),"caller":"13800138000"}"#,
                #"{\#(start),"caller":"+8613800138000","confidential":true}"#,
                #"{\#(start),"caller":"13800138000","confidential":true}"#,
            ]
            for facts in rows {
                try bench.put("a.txt", Self.plain)
                try bench.put("a.txt.meta.json", facts)
                #expect(try await bench.scanLater().taken == 1)
            }
            #expect(try await bench.store.books().arrivals == ["ticket": 1, "follow-up": 2])
            let submission = try #require(try await bench.submissions().first)
            #expect(submission.confidential && submission.text.components(separatedBy: "着火了").count == 2)
            let ticket = try #require(try await bench.store.latest(before: nil, limit: 1).first)
            #expect(try await bench.store.contacts(of: ticket.number.id).count == 1)
        }
    }

    @Test("Another caller under the same identity, and a call whose ticket is at an end, get a ticket of their own")
    func stranger() async throws {
        try await DropBench.run { bench in
            try bench.put("a.txt", "市民：喂？")
            try bench.put("a.txt.meta.json", #"{"caller":"13800138000"}"#)
            try await bench.scanLater()
            try bench.put("a.txt", "市民：喂？")
            try bench.put("a.txt.meta.json", #"{"caller":"13900139000"}"#)
            #expect(try await bench.scanLater().taken == 1)
            let found = try await bench.submissions()
            #expect(found.count == 2)
            #expect(found.last?.remarks.contains { $0.contains("the id of this call was used before") } == true)
        }
        let number = try #require(TicketNumber("20260105-000001"))
        let ended = KnownCall(ticket: number, isOpen: false, submissions: [said([.citizen: "喂"])])
        let news = ended.news(in: said([.citizen: "着火了"]))
        #expect(news?.followsUp == nil && news?.remarks.count == 1 && news?.text == "着火了")
    }

    @Test("A call dropped again with its side-car mended stays one ticket, and what was mended is on it")
    func mended() async throws {
        let start = #""start":"2026-11-21T10:00:00+08:00""#
        let sidecars: [(was: String?, name: String)] = [
            (#"{"call_id":"P1","caller":"138"#, "b.txt"), (nil, "b.txt"), ("{}", "b.txt"),
            (#"{"call_id":"P1","start":"gestern","caller":"13800138000"}"#, "other name.txt"),
            (#"{"call_id":"P1",\#(start),"caller":"13900139000"}"#, "other name.txt"),
        ]
        for (was, name) in sidecars {
            try await DropBench.run { bench in
                try bench.put("b.txt", Self.plain)
                if let was { try bench.put("b.txt.meta.json", was) }
                try await bench.scanLater()
                for _ in 0..<2 {
                    try bench.put(name, Self.plain)
                    try bench.put(name + ".meta.json", Self.facts)
                    #expect(try await bench.scanLater().taken == 1)
                }
                #expect(try await bench.store.books().arrivals == ["ticket": 1, "follow-up": 1], "\(was ?? "none")")
                let contacts = try await bench.store.contacts(of: 1).map {
                    try bench.tools.keys.open(KeptContact.self, $0.sealed, as: "contact").value
                }
                #expect(contacts.last == "13800138000", "\(was ?? "none")")
                let submission = try #require(try await bench.submissions().first)
                #expect(submission.text.components(separatedBy: "着火了").count == 2)
                // What comes later of the same call finds its ticket too.
                try bench.put("c.json", Self.second.replacing("3号楼", with: "5号楼"))
                try await bench.scanLater()
                #expect(try await bench.store.books().arrivals == ["ticket": 1, "follow-up": 2], "\(was ?? "none")")
            }
        }
    }

    @Test("Another caller's number on the same call is a correction that says so; the first stays in the history")
    func corrected() async throws {
        try await DropBench.run { bench in
            for caller in ["13900139000", "13800138000"] {
                try bench.put("a.txt", Self.plain)
                try bench.put("a.txt.meta.json", Self.facts.replacing("13800138000", with: caller))
                try await bench.scanLater()
            }
            let entries = try await bench.store.entries(of: [1])
            #expect(entries.map(\.kind) == [.received, .followUp])
            let more = try #require(try bench.tools.keys.payload(Submission.self, of: entries[1]))
            #expect(more.text.isEmpty && more.remarks == [Remark.otherCaller.text])
            #expect(try await bench.store.contacts(of: 1).count == 2)
        }
    }

    @Test("A few words under an id that another call had are no correction, nor is another call's caller")
    func fewWords() async throws {
        try await DropBench.run { bench in
            for caller in ["13900139000", "13800138000"] {
                try bench.put("a.txt", "市民：喂？喂？")
                try bench.put("a.txt.meta.json", #"{"call_id":"P1","caller":"\#(caller)"}"#)
                try await bench.scanLater()
            }
            #expect(try await bench.store.books().arrivals == ["ticket": 2])
        }
    }

    @Test("What the machine says to all who call makes no two of them one, whatever their facts lack")
    func machine() async throws {
        let greeting = """
            WEBVTT

            00:00.000 --> 00:09.000
            坐席：您好，这里是12345政务服务便民热线，为保证服务质量本次通话将被录音，坐席全忙，请您稍候或留言。

            """
        let facts = [
            #"{"start":"2026-11-21T10:00:00+08:00","caller":"13900139000"}"#,
            #"{"start":"2026-11-21T10:05:00+08:00","caller":"13800138000"}"#, #"{"caller":"13700137000"}"#,
            #"{"caller":"13600136000"}"#, #"{"call_id":"7","caller":"13500135000"}"#,
            #"{"call_id":"7","caller":"13400134000"}"#, #"{"call_id":"8"}"#,
        ]
        try await DropBench.run { bench in
            for (number, one) in facts.enumerated() {
                try bench.put("\(number).vtt", greeting)
                try bench.put("\(number).vtt.meta.json", one)
                try await bench.scanLater()
            }
            #expect(try await bench.store.books().arrivals == ["ticket": facts.count])
        }
    }

    @Test("Of a call heard twice only the lines that its ticket lacks are said again, and each as often as it was said")
    func heardOtherwise() throws {
        let number = try #require(TicketNumber("20260105-000001"))
        let known = KnownCall(
            ticket: number,
            submissions: [said([.citizen: "幸福路路灯坏了", .citizen: "救命", .citizen: "我住三号楼"]), said([.citizen: "快来"])])
        let told = said([
            .citizen: "幸福路路灯坏了。", .citizen: "救命！", .citizen: "救命！", .citizen: "我住3号楼", .citizen: "快来",
        ])
        let news = try #require(known.news(in: told))
        #expect(news.text == "救命！\n我住3号楼")
        #expect(news.call?.turns.count == 5)
    }

    private func said(_ turns: KeyValuePairs<Turn.Side, String>) -> Submission {
        let turns = turns.map { Turn(side: $0.key, text: $0.value) }
        let text = turns.filter { $0.side != .agent }.map(\.text).joined(separator: "\n")
        return Submission(text: text, call: Call(turns: turns))
    }

    @Test("Known is what is said already in the same order; words taken from the agent's side are new")
    func words() throws {
        let number = try #require(TicketNumber("20260105-000001"))
        let known = KnownCall(
            ticket: number, submissions: [said([.agent: "您好，请讲", .citizen: "没有着火了", .agent: "着火吗"])])
        let same: [Submission] = [
            said([.agent: "您好 请讲", .citizen: "没有", .citizen: "着火了。", .agent: "着火吗？"]),
            said([.unknown: "没有着火了"]), said([.agent: "您好，请讲", .citizen: "没有着火"]),
        ]
        for one in same { #expect(known.news(in: one) == nil) }
        let other: [Submission] = [
            said([.citizen: "着火了"]), said([.agent: "您好，请讲", .citizen: "没有着火了", .citizen: "着火吗"]),
            said([.agent: "您好，请讲", .citizen: "没有着火了", .agent: "着火吗", .citizen: "是"]),
        ]
        for one in other { #expect(known.news(in: one)?.followsUp == number.description) }
    }
}
