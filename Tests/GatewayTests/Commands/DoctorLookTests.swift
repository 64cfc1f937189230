import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("What the doctor looked at, and what not") struct DoctorLookTests {
    private func doctor(
        _ gateway: RunningGateway, file: String? = nil
    ) async throws -> (status: Int32, lines: [DoctorLine], output: String) {
        try await gateway.lines(DoctorLine.self, ["doctor"], file: try file ?? gateway.fileWithPort())
    }

    private func unseen(_ lines: [DoctorLine]) -> [String] {
        lines.filter { $0.level == "not-looked-at" }.map { String($0.words.en.split(separator: " (")[0]) }
    }

    @Test("with one spoiled setting it says of everything outside that it did not look, and why")
    func spoiled() async throws {
        try await withGateway(.sqlite, channels: HookSender.channel) { gateway in
            let file = try gateway.fileWithPort()
            #expect(unseen(try await doctor(gateway, file: file).lines).isEmpty)
            try String(contentsOfFile: file, encoding: .utf8).replacing("hook-secret", with: "missing")
                .write(toFile: file, atomically: true, encoding: .utf8)
            let found = try await doctor(gateway, file: file)
            let outside = [
                "modes of the folders in and out are right", "every name can be resolved",
                "the sources of channels can be entered", "destinations can be reached",
                "every certificate lasts a while",
            ]
            #expect(unseen(found.lines) == outside.map { "not looked at: \($0)" }, "\(found.output)")
            #expect(!found.lines.contains { $0.level == "well" && outside.contains($0.words.en) })
            let serious = found.lines.filter { $0.level == "serious" }
            #expect(found.status == 1 && serious.count == 1 && serious[0].words.en.contains("missing"))
            let text = try await gateway.command(["doctor"], file: file).output
            #expect(text.contains("– 没有看：域名都能解析（配置有误）\n    → 改正上面所说的设置"), "\(text)")
        }
    }

    @Test("without the daemon it does not say that destinations and senders are well")
    func down() async throws {
        try await withGateway(.sqlite, channels: HookSender.channel) { gateway in
            let file = try gateway.fileWithPort()
            gateway.stop()
            let found = try await doctor(gateway, file: file)
            #expect(
                unseen(found.lines) == [
                    "not looked at: senders can be told apart", "not looked at: no destination is left alone",
                ], "\(found.output)")
            try await gateway.start()
        }
    }

    @Test("what others can read or write is told with the chmod that mends it")
    func modes() async throws {
        try await withGateway(
            .sqlite,
            channels: HookSender.channel + "\n- { name: calls, kind: transcripts, path: calls }"
        ) { gateway in
            _ = try await gateway.call(HookSender.call(gateway, id: "a", body: HookSender.report("水管漏水")))
            _ = try await eventually("it is handed over") { gateway.handedOver(to: "water").first }
            let incoming = gateway.state + "/calls/incoming"
            _ = try await eventually("the calls have their folders") {
                FileManager.default.fileExists(atPath: incoming) ? true : nil
            }
            #expect(try await doctor(gateway).status == 0)
            let wide: [(path: String, mode: Int, mended: String)] = [
                (gateway.state + "/ledger.sqlite", 0o666, "600"), (gateway.state + "/control-token", 0o644, "600"),
                (gateway.state + "/calls", 0o777, "o-rwx"), (incoming, 0o775, "o-rwx"),
                (gateway.state + "/outbox", 0o777, "o-w"), (gateway.folder + "/credentials", 0o777, "go-w"),
                (gateway.folder + "/credentials/master-key", 0o666, "600"),
                (gateway.folder + "/credentials/hook-secret", 0o644, "600"),
            ]
            for (path, mode, _) in wide {
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            }
            let found = try await doctor(gateway)
            let serious = found.lines.filter { $0.level == "serious" }
            #expect(found.status == 1 && serious.count == wide.count, "\(found.output)")
            for (path, _, mended) in wide {
                let mend = serious.compactMap(\.mend?.en).first {
                    $0 == "chmod \(mended) \(path)" || $0.hasPrefix("chmod \(mended) \(path);")
                }
                let command = try #require(mend, "\(path)")
                let process = Process()
                process.executableURL = URL(filePath: "/bin/sh")
                process.arguments = ["-c", command]
                try process.run()
                process.waitUntilExit()
            }
            // As systemd hands a credential to a unit.
            if geteuid() == 0 {
                try FileManager.default.setAttributes(
                    [.posixPermissions: 0o440], ofItemAtPath: gateway.folder + "/credentials/hook-secret")
            }
            let mended = try await doctor(gateway)
            #expect(mended.status == 0, "\(mended.output)")
        }
    }

    @Test("a destination whose folder is a file is not well, nor one where calls should lie")
    func noFolder() async throws {
        try await withGateway(
            .sqlite,
            channels: HookSender.channel + "\n- { name: calls, kind: transcripts, path: \"{folder}/calls\" }",
            destinations: "- { name: outbox, kind: folder, path: outbox }\n- { name: there, kind: folder, path: there }"
        ) { gateway in
            let (there, calls) = (gateway.state + "/there", gateway.folder + "/calls")
            try Data("x".utf8).write(to: URL(filePath: there))
            _ = try await eventually("the calls have their folder") {
                FileManager.default.fileExists(atPath: calls + "/done") ? true : nil
            }
            try FileManager.default.moveItem(atPath: calls, toPath: calls + ".away")
            try Data("x".utf8).write(to: URL(filePath: calls))
            let found = try await doctor(gateway)
            let serious = found.lines.filter { $0.level == "serious" }.map(\.words.en)
            #expect(
                serious.contains { $0 == "destination there: \(there) is no folder; move it away" }, "\(found.output)")
            #expect(serious.contains { $0 == "channel calls: \(calls) is no folder; move it away" })
            #expect(!serious.contains { $0.hasPrefix("destination outbox") })
        }
    }

    @Test("tickets that are nobody's are named, and the command it tells gives them to their department again")
    func ownerless() async throws {
        try await withGateway(.sqlite, channels: HookSender.channel) { gateway in
            for id in ["a", "b", "c"] {
                _ = try await gateway.call(HookSender.call(gateway, id: id, body: HookSender.report("水管漏水\(id)")))
            }
            _ = try await eventually("they are handed over") { gateway.handedOver(to: "water").count == 3 ? true : nil }
            let ledger = FilledLedger(gateway: gateway, keys: try Keys(master: Data(repeating: 7, count: 32)))
            try ledger.tamper("DELETE FROM assignments WHERE ticket = 2")
            let found = try await doctor(gateway)
            let serious = found.lines.filter { $0.level == "serious" }
            #expect(serious.count == 1, "\(found.output)")
            let number = try #require(serious.first?.words.en.split(separator: ": ").last)
            #expect(number.hasSuffix("-000002"))
            let mend = try #require(serious.first?.mend?.en.firstMatch(of: /intake (requeue [^;]+);/))
            #expect(try await gateway.command(mend.1.split(separator: " ").map(String.init)).status == 0)
            _ = try await eventually("it is handed over again") {
                gateway.handedOver(to: "water").count == 4 ? true : nil
            }
            #expect(try await doctor(gateway).status == 0)
        }
    }

    @Test("on a ledger that is mounted read-only it goes through all looks, and commands that only look work")
    func readOnly() async throws {
        try await withGateway(.sqlite, channels: HookSender.channel) { gateway in
            _ = try await gateway.call(HookSender.call(gateway, id: "a", body: HookSender.report("水管漏水")))
            _ = try await eventually("it is handed over") { gateway.handedOver(to: "water").first }
            let file = try gateway.fileWithPort()
            // Killed it leaves a log beside the ledger, stopped in order it leaves none.
            for signal in [SIGKILL, SIGTERM] {
                gateway.stop(signal)
                let disk = OwnDisk.readOnly(gateway.state)
                let found = try await gateway.lines(DoctorLine.self, ["doctor"], file: file, under: disk)
                let serious = found.lines.filter { $0.level == "serious" }.map(\.words.en)
                #expect(found.status == 1, "\(found.output)")
                #expect(serious.filter { $0.contains("read-only") }.count == 1, "\(serious)")
                #expect(serious.contains { $0.contains("is not ready") }, "\(serious)")
                #expect(found.lines.contains { $0.level == "well" && $0.words.en == "the books balance" })
                #expect(found.lines.contains { $0.level == "well" && $0.words.en == "the ledger is whole" })
                #expect(found.lines.contains { $0.level == "well" && $0.words.en == "the quarantine is empty" })
                let tickets = try await gateway.command(["tickets"], under: disk)
                #expect(tickets.status == 0 && tickets.output.contains("-000001"), "\(tickets.output)")
                let requeued = try await gateway.command(["requeue", "1"], english: true, under: disk)
                #expect(requeued.status == 74 && requeued.output.contains("read-only"), "\(requeued.output)")
                try await gateway.start()
            }
        }
    }
}
