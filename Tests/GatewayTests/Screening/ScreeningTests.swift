import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("Files are looked through for viruses") struct ScreeningTests {
    private static func file(_ text: String) -> [UInt8] { FormReaderTests.jpeg + Array(text.utf8) }
    private static let virus = file("PLANTED-VIRUS-FOR-TESTS")

    private struct Done: Decodable { var done: String }

    /// Runs `body` with a gateway that has a clamd, and that clamd.
    private func withScreening(
        _ ledger: Backend, _ settings: String = "", _ body: (RunningGateway, ServerProcess) async throws -> Void
    ) async throws {
        try await withFolder { folder in
            let clamd = try ServerProcess("clamd.py", [folder])
            defer { clamd.end() }
            let socket = try await clamd.next(ServerProcess.Ready<String>.self).ready
            try await withGateway(
                ledger, channels: APICaller.channel,
                prepare: { gateway in
                    let file = URL(filePath: gateway.folder + "/intake.yaml")
                    let text = try String(contentsOf: file, encoding: .utf8)
                    try Data("\(text)\nclamd: { address: \"unix:\(socket)\"\(settings) }\n".utf8).write(to: file)
                }
            ) { gateway in try await body(gateway, clamd) }
        }
    }

    private func report(_ caller: APICaller, _ id: String, _ files: [[UInt8]]) async throws {
        var references: [String] = []
        for (number, bytes) in files.enumerated() {
            let answer = try await caller.upload(bytes, name: "\(id)\(number).jpg")
            references.append("\"\(try #require(answer["file"], "\(answer.text)"))\"")
        }
        let body = "{\"text\": \"东区临河街道路灯不亮\", \"files\": [\(references.joined(separator: ", "))]}"
        #expect(try await caller.post(body, key: id).status == 201)
    }

    @Test(
        "a file with a virus is kept away from departments, the ticket goes on with a note, and clean files go along",
        arguments: Backend.allCases)
    func virus(ledger: Backend) async throws {
        try await withScreening(ledger) { gateway, _ in
            let caller = try await APICaller(gateway)
            try await report(caller, "a", [Self.virus, Self.file("clean")])
            let order = try await eventually("the lead has its work order") {
                gateway.handedOver(to: "lighting").first
            }
            let folder = "\(gateway.state)/outbox/lighting/\(order.name)"
            let sent = try FileManager.default.subpathsOfDirectory(atPath: folder).compactMap {
                FileManager.default.contents(atPath: "\(folder)/\($0)")
            }
            #expect(!sent.contains { $0.range(of: Data("PLANTED-VIRUS".utf8)) != nil })
            #expect(sent.contains { $0.range(of: Data("clean".utf8)) != nil })
            let shown = try await gateway.command(["ticket", "1"], english: true).output
            #expect(shown.contains("Planted.Test"), "\(shown)")
            let metrics = String(decoding: try await gateway.inside("/metrics").body, as: UTF8.self)
            #expect(metrics.contains("intake_files_screened_total{outcome=\"virus\"} 1"), "\(metrics)")
            #expect(try await gateway.command(["audit", "verify"]).status == 0)
        }
    }

    @Test("while clamd is away the receipt comes at once, the ticket goes on without its files, and they follow")
    func away() async throws {
        try await withScreening(.sqlite, ", wait: 1s") { gateway, clamd in
            let caller = try await APICaller(gateway)
            try clamd.tell("stop")
            _ = try await clamd.next(Done.self)
            try await report(caller, "a", [Self.file("clean")])
            let first = try await eventually("an order without files") { gateway.handedOver(to: "lighting").first }
            #expect(String(decoding: first.json, as: UTF8.self).contains("awaited"))
            try clamd.tell("start")
            _ = try await clamd.next(Done.self)
            let orders = try await eventually("an order with the file") {
                let orders = gateway.handedOver(to: "lighting")
                return orders.count == 2 ? orders : nil
            }
            #expect(!String(decoding: try #require(orders.last).json, as: UTF8.self).contains("awaited"))
        }
    }

    /// A film of 1.5 MiB: more than this clamd takes, which our own setting does not know.
    private static let film = Array("\0\0\0\u{18}ftypisom".utf8) + [UInt8](repeating: 7, count: 3 << 19)

    private struct Finding: Decodable {
        var level: String
        var words: Phrase
        var mend: Phrase?
    }

    /// What the doctor says of this.
    private func doctor(_ gateway: RunningGateway, of words: String) async throws -> Finding? {
        let found = try await gateway.lines(Finding.self, ["doctor"], file: try gateway.fileWithPort()).lines
        return found.first { $0.words.en.contains(words) }
    }

    @Test(
        "a file that clamd does not take is withheld from departments, kept, and noted on the ticket, which goes on",
        arguments: Backend.allCases)
    func withheld(ledger: Backend) async throws {
        try await withScreening(ledger) { gateway, _ in
            let caller = try await APICaller(gateway)
            try await report(caller, "a", [Self.film, Self.file("clean")])
            let order = try await eventually("the lead has its work order") {
                gateway.handedOver(to: "lighting").first
            }
            #expect(String(decoding: order.json, as: UTF8.self).contains("missing"))
            let folder = "\(gateway.state)/outbox/lighting/\(order.name)"
            let sizes = try FileManager.default.subpathsOfDirectory(atPath: folder).compactMap {
                FileManager.default.contents(atPath: "\(folder)/\($0)")?.count
            }
            #expect(sizes.count == 2 && sizes.allSatisfy { $0 < Self.film.count })
            let shown = try await gateway.command(["ticket", "1"], english: true).output
            #expect(shown.contains("too large to be looked through"), "\(shown)")
            #expect(try await gateway.metric("intake_files_screened_total", "too-large") == 1)
            #expect(try await gateway.command(["audit", "verify"]).status == 0)
            let found = try await doctor(gateway, of: "does not take files of 25 MiB")
            #expect(found?.level == "notice" && found?.mend?.en.contains("StreamMaxLength") == true)
        }
    }

    @Test("once larger files are taken, a ticket that is routed again sends what was withheld, looked through")
    func raised() async throws {
        try await withScreening(.sqlite, ", largest: 1KiB") { gateway, _ in
            let caller = try await APICaller(gateway)
            let large = Self.file(String(repeating: "clean ", count: 400))
            try await report(caller, "a", [large])
            let first = try await eventually("an order without the file") { gateway.handedOver(to: "lighting").first }
            #expect(String(decoding: first.json, as: UTF8.self).contains("missing"))
            // As before, nothing new is told.
            #expect(try await gateway.command(["requeue", "1", "--reason", "附件"]).status == 0)
            _ = try await eventually("it was looked at again") {
                try await gateway.metric("intake_files_screened_total", "too-large") == 2 ? true : nil
            }
            let file = URL(filePath: gateway.folder + "/intake.yaml")
            let text = try String(contentsOf: file, encoding: .utf8)
            try Data(text.replacing("largest: 1KiB", with: "largest: 1MiB").utf8).write(to: file)
            #expect(try await gateway.reload(to: gateway.privateURL).status == 0)
            #expect(try await gateway.command(["requeue", "1", "--reason", "附件"]).status == 0)
            let orders = try await eventually("an order with the file") {
                let orders = gateway.handedOver(to: "lighting")
                return orders.count == 2 ? orders : nil
            }
            let folder = "\(gateway.state)/outbox/lighting/\(try #require(orders.last).name)"
            let sent = try FileManager.default.subpathsOfDirectory(atPath: folder).compactMap {
                FileManager.default.contents(atPath: "\(folder)/\($0)")
            }
            #expect(sent.contains(Data(large)))
            #expect(try await doctor(gateway, of: "viruses")?.level == "well")
        }
    }

    @Test("where the settings say so, a file that is too large is handed on all the same, and the history says so")
    func passed() async throws {
        try await withScreening(.sqlite, ", largest: 1KiB, too-large: pass") { gateway, _ in
            let caller = try await APICaller(gateway)
            let large = Self.file(String(repeating: "clean ", count: 400))
            try await report(caller, "a", [large])
            let order = try await eventually("an order with the file") { gateway.handedOver(to: "lighting").first }
            #expect(!String(decoding: order.json, as: UTF8.self).contains("missing"))
            #expect(try await gateway.command(["ticket", "1"]).output.contains("没有查毒，照样送出"))
        }
    }

    @Test("the doctor says that clamd is away, and how to mend it")
    func doctorAway() async throws {
        try await withScreening(.sqlite, ", largest: 1MiB") { gateway, clamd in
            #expect(try await doctor(gateway, of: "viruses")?.level == "well")
            try clamd.tell("stop")
            _ = try await clamd.next(Done.self)
            let away = try await doctor(gateway, of: "clamd cannot be reached")
            #expect(away?.level == "serious" && away?.mend?.en.contains("clamav-daemon") == true)
        }
    }

    @Test("the day of clamd's signatures is read where it tells one")
    func signatures() {
        #expect(ClamdReply("ClamAV 1.4.3/27779/Mon Sep  1 08:25:06 2025\0").signatures == Day("2025-09-01"))
        for version in [
            "ClamAV 1.4.3\0", "", "a/b/c", "a/b/Mon Foo 1 08:25:06 2025", "a/b/Mon Feb 30 08:25:06 2025",
            "a/b/Mon Feb -1 08:25:06 2025",
        ] { #expect(ClamdReply(version).signatures == nil) }
    }

    @Test("clamd's answers are read, whatever they are")
    func verdicts() throws {
        #expect(try ClamdReply("stream: OK\0").verdict(whole: true) == .clean)
        #expect(try ClamdReply("stream: A.B-1 FOUND\0").verdict(whole: true) == .virus("A.B-1"))
        #expect(
            try ClamdReply("stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0").verdict(whole: true) == .tooLarge)
        #expect(try ClamdReply("INSTREAM size limit exceeded. ERROR\0").verdict(whole: false) == .tooLarge)
        for reply in ["", "stream: OK", "\0", "FOUND", "x ERROR\0", String(repeating: "é", count: 9)] {
            #expect(throws: Trouble.self) { try ClamdReply(reply).verdict(whole: false) }
        }
    }
}
