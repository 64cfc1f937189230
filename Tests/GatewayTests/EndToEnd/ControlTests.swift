import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("Telling the running daemon something") struct ControlTests {
    @Test("a reload takes the token that only the daemon's account can read")
    func token() async throws {
        try await withGateway(.sqlite, channels: "") { gateway in
            let file = gateway.state + "/control-token"
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            for headers in [[], [HTTPHeader("Authorization", "Bearer ")], [HTTPHeader("Authorization", "Bearer 00")]] {
                let call = HTTPCall(.post, gateway.privateURL + "/control/reload", headers: headers)
                #expect(try await gateway.call(call).status == 401)
            }
            #expect(!gateway.log.contains("configuration swapped"))
            let before = try String(contentsOfFile: file, encoding: .utf8)
            #expect(try await gateway.reload(to: gateway.privateURL).status == 0)
            #expect(gateway.log.contains("configuration swapped") && !gateway.log.contains(before))
            try Data("00".utf8).write(to: URL(filePath: file))
            let (wrong, words) = try await gateway.reload(to: gateway.privateURL)
            #expect(wrong == 74 && words.contains("令牌"), "\(words)")
            try FileManager.default.removeItem(atPath: file)
            let (missing, said) = try await gateway.reload(to: gateway.privateURL, english: true)
            #expect(missing == 1 && said.contains("sudo -u intake"), "\(said)")
        }
    }

    @Test("a refused reload speaks the language of whoever asked")
    func language() async throws {
        try await withGateway(.sqlite, channels: "") { gateway in
            let file = URL(filePath: gateway.folder + "/intake.yaml")
            let text = try String(contentsOf: file, encoding: .utf8)
            try Data(text.replacing("alerts: outbox", with: "alerts: outbux").utf8).write(to: file)
            let (status, english) = try await gateway.reload(to: gateway.privateURL, english: true)
            #expect(status == 78 && english.contains("did you mean \"outbox\""), "\(english)")
            #expect(!english.contains("应为"))
            let (again, chinese) = try await gateway.reload(to: gateway.privateURL)
            #expect(again == 78 && chinese.contains("是否想写 \"outbox\""), "\(chinese)")
            #expect(!chinese.contains("expected"))
        }
    }

    @Test("the private listener may be a Unix socket, and commands find it")
    func unix() async throws {
        try await on(.sqlite) { _ in
            try await withFolder { folder in
                let gateway = try RunningGateway(folder: folder, ledger: .sqlite, connection: nil, channels: "")
                let file = URL(filePath: folder + "/intake.yaml")
                let text = try String(contentsOf: file, encoding: .utf8)
                try Data(text.replacing("private: \"127.0.0.1:0\"", with: "private: \"unix:\(folder)/inside\"").utf8)
                    .write(to: file)
                try await gateway.start()
                defer { gateway.stop(SIGKILL) }
                let (status, words) = try await gateway.command(["reload"])
                #expect(status == 0, "\(words)")
                #expect(try await gateway.command(["doctor"]).output.contains("守护进程没有就绪") == false)
            }
        }
    }
}
