import Foundation
import Intake
import Storage
import Testing

@testable import Gateway

struct DropIdentityTests {
    /// How many tickets a row of files makes, dropped one after the other, each with its side-car if it has one.
    private func tickets(_ files: (name: String, text: String, facts: String?)...) async throws -> [Submission] {
        var found: [Submission] = []
        try await DropBench.run { bench in
            for file in files {
                try bench.put(file.name, file.text)
                if let facts = file.facts { try bench.put(file.name + ".meta.json", facts) }
                #expect(try await bench.scanLater().taken == 1)
            }
            #expect(bench.doneNames().count >= files.count)
            found = try await bench.submissions()
        }
        return found
    }

    private let short = "市民：喂？喂？"
    private let long = """
        WEBVTT

        00:00.000 --> 00:03.000
        坐席：您好，12345热线，请问有什么可以帮您？

        00:03.400 --> 00:09.800
        市民：你好，幸福路和建设街路口的路灯坏了三天了，晚上很黑，老人摔倒过。
        """

    @Test("The same file dropped twice makes one ticket")
    func twice() async throws {
        #expect(try await tickets(("a.txt", short, nil), ("a.txt", short, nil)).count == 1)
    }

    @Test("Two calls with the same few words make two tickets")
    func equalWords() async throws {
        #expect(try await tickets(("a.txt", short, nil), ("b.txt", short, nil)).count == 2)
        let first = "{\"start\": \"2026-01-05 09:24:00\"}"
        let second = "{\"start\": \"2026-01-05 09:31:00\"}"
        #expect(try await tickets(("a.txt", short, first), ("a.txt", short, second)).count == 2)
        #expect(
            try await tickets(("a.txt", short, "{\"call_id\": \"1\"}"), ("a.txt", short, "{\"call_id\": \"2\"}")).count
                == 2)
    }

    @Test("What a sender puts before its own names is part of them, whatever it looks like")
    func ownPrefix() async throws {
        for check in ["", "-01234567", "-01234567-1"] {
            let names = ["0123456789abcdef", "fedcba9876543210"].map { "\($0)0123456789abcdef\(check)~rec.txt" }
            #expect(try await tickets((names[0], short, nil), (names[1], short, nil)).count == 2)
        }
    }

    @Test("A file that is put back under the name we gave it is the same call, however long its own was")
    func putBack() async throws {
        try await DropBench.run { bench in
            for name in ["a.txt", String(repeating: "灯", count: 83) + "12.txt"] {
                try bench.put(name, short)
                #expect(try await bench.scanLater().taken == 1)
            }
            for _ in 0..<2 {
                for name in try bench.all(bench.day()) {
                    try bench.day().move(name, to: bench.drop.incoming, as: name)
                }
                #expect(try await bench.scanLater().taken == 2)
            }
            #expect(try await bench.submissions().count == 2)
        }
    }

    @Test("A copy under another name makes no second ticket where times and words tell it is the same call")
    func renamedCopy() async throws {
        #expect(try await tickets(("a.vtt", long, nil), ("a (1).vtt", long, nil)).count == 1)
    }

    @Test("A call with the system's id and start is one, however often and in whatever form it is transcribed")
    func certain() async throws {
        let facts = "{\"call_id\": \"7\", \"start\": \"2026-01-05 09:24:00\"}"
        let found = try await tickets(("a.txt", short, facts), ("a.vtt", long, facts), ("b.vtt", long, facts))
        // What the second says more joins the first.
        #expect(found.count == 1 && found.first?.text.components(separatedBy: "老人摔倒过").count == 2)
    }

    @Test("An id that was used before for other words makes a ticket of its own, and says so")
    func reused() async throws {
        let facts = "{\"call_id\": \"7\"}"
        let found = try await tickets(("a.txt", short, facts), ("b.vtt", long, facts), ("b.vtt", long, facts))
        #expect(found.count == 2)
        #expect(found.last?.remarks.contains { $0.contains("the id of this call was used before") } == true)
    }
}
