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

    @Test("clamd's answers are read, whatever they are")
    func verdicts() throws {
        #expect(try Clamd.verdict("stream: OK\0", whole: true) == .clean)
        #expect(try Clamd.verdict("stream: A.B-1 FOUND\0", whole: true) == .virus("A.B-1"))
        #expect(try Clamd.verdict("INSTREAM size limit exceeded. ERROR\0", whole: false) == .tooLarge)
        for reply in ["", "stream: OK", "\0", "FOUND", "x ERROR\0", String(repeating: "é", count: 9)] {
            #expect(throws: Trouble.self) { try Clamd.verdict(reply, whole: false) }
        }
    }
}
