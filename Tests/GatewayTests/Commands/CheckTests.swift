import Foundation
import Intake
import Testing

@testable import Gateway

/// What `intake check` refuses: settings that could never work, each at its line and in both languages.
@Suite("Checking a configuration") struct CheckTests {
    /// One mistake: what is written instead of what, and what is said about it.
    struct Mistake: CustomTestStringConvertible, Sendable {
        var good: String
        /// The complaint stands at its last line.
        var bad: String
        var zh: String
        var en: String
        var testDescription: String { bad }

        init(_ good: String, _ bad: String, _ zh: String, _ en: String) {
            (self.good, self.bad, self.zh, self.en) = (good, bad, zh, en)
        }
    }

    static let good = """
        city: {folder}/city
        state: /var/lib/intake
        listen:
          public: 127.0.0.1:8311
          private: 127.0.0.1:8312
        store: { kind: sqlite }
        keys: { master: "credential:master-key" }
        alerts: outbox
        channels:
          - name: web
            kind: form
            title: 热线
            consent: { version: "1", text: 同意 }
            files:
              size: 10MiB
              video: 20MiB
              together: 40MiB
          - name: calls
            kind: transcripts
            path: calls
            greetings: [您好]
          - name: hook
            kind: webhook
            secrets: [credential:hook-secret]
            tolerance: 5m
          - name: box
            kind: imap
            host: imap.example.cn
            security: tls
            user: hotline
            password: credential:password
            folder: 已受理
            poll: 60s
            answer: mail
          - name: wechat
            kind: wechat-oa
            appid: wx0123456789abcdef
            tokens: [credential:password]
            keys: [credential:aes-key]
            secret: credential:password
            api:
              address: https://api.example.cn
        destinations:
          - name: outbox
            kind: folder
            path: outbox
          - name: mail
            kind: smtp
            host: smtp.example.cn
            port: 465
            security: starttls
            from: hotline@example.cn
            from-name: 热线
            address: "{department}@example.cn"
            addresses:
              water: water@example.cn
          - name: http
            kind: http
            url: https://orders.example.cn/{department}
            plain-http: false
            secrets: [credential:hook-secret]
        """

    /// All complaints about a configuration; `{folder}` stands for the folder with city and credentials.
    private func complaints(_ text: String) async throws -> [Complaint] {
        try await withFolder { folder in
            let secrets = folder + "/credentials"
            try FileManager.default.createDirectory(atPath: secrets, withIntermediateDirectories: true)
            for (name, value) in [
                ("master-key", String(repeating: "k", count: 32)), ("password", "correct-horse"), ("short-key", "abc"),
                ("hook-secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
                // RFC 8032 section 7.1, test 1.
                ("public-key", "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="),
                ("connection", "host=db dbname intake"),
                ("aes-key", String(repeating: "A", count: 43)),
            ] { try Data(value.utf8).write(to: URL(filePath: "\(secrets)/\(name)")) }
            try FileManager.default.copyItem(atPath: Fixtures.path("small-city"), toPath: folder + "/city")
            let one = "english: Water Company, deliver: "
            try Fixtures.replace(one + "outbox", with: one + "mail", in: folder + "/city/departments.yaml")
            try Data("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".utf8)
                .write(to: URL(filePath: folder + "/key.pem"))
            let file = folder + "/intake.yaml"
            try Data(text.replacing("{folder}", with: folder).utf8).write(to: URL(filePath: file))
            let configuration = Configuration(
                file: file, manager: ServiceManager(environment: ["CREDENTIALS_DIRECTORY": secrets]),
                state: folder + "/state", complaints: Complaints())
            do { try await Rehearsal.check(configuration, log: Journal.silent) } catch let error as ConfigurationError {
                return error.complaints
            }
            return []
        }
    }

    @Test("the settings the mistakes are made in are good") func sound() async throws {
        #expect(try await complaints(Self.good) == [])
    }

    @Test("a mistake is told at its line, in Chinese and in English", arguments: mistakes)
    func mistake(_ mistake: Mistake) async throws {
        try #require(Self.good.ranges(of: mistake.good).count == 1, "written once: \(mistake.good)")
        let text = Self.good.replacing(mistake.good, with: mistake.bad)
        let before = Self.good.split(separator: mistake.good, maxSplits: 1, omittingEmptySubsequences: false)[0]
        let line = (before + mistake.bad).filter { $0 == "\n" }.count + 1
        let found = try await complaints(text)
        let complaint = try #require(found.first { $0.line == line }, "line \(line): \(found)")
        #expect(complaint.text(in: .chinese).contains(mistake.zh), "\(complaint.text(in: .chinese))")
        #expect(complaint.text(in: .english).contains(mistake.en), "\(complaint.text(in: .english))")
        // One mistake, one complaint: no others in its wake.
        #expect(found.count == 1, "\(found)")
        #expect(!complaint.text(in: .english).contains("hunter2"))
    }

    @Test("a destination by mail without an address for a department it serves is refused") func nobody() async throws {
        let found = try await complaints(
            Self.good.replacing("    address: \"{department}@example.cn\"\n", with: "")
                .replacing("water: water@example.cn", with: "lighting: lighting@example.cn")
                .replacing("alerts: outbox", with: "alerts: mail"))
        #expect(found.map(\.path) == ["destinations[1].address"])
        #expect(found.first?.expected.en.contains("water, operator") == true, "\(found)")
    }

    @Test("a misspelt folder is told as that alone, with what was meant") func misspelt() async throws {
        for (good, path) in [("path: calls", "channels[1]"), ("path: outbox", "destinations[0]")] {
            let found = try await complaints(Self.good.replacing(good, with: good.replacing("path", with: "pth")))
            #expect(found.map(\.path) == ["\(path).path", "\(path).pth"], "\(found)")
            #expect(found.last?.suggestion == "path")
        }
    }

    @Test("a script reads one object a complaint or warning") func json() async throws {
        try await FilledLedger.run { ledger in
            struct Line: Decodable, Equatable {
                var level: String
                var file: String
                var line: Int
                var path: String
                var expected: Phrase
                var found: Phrase
                var suggestion: String?
            }
            let gateway = ledger.gateway
            let file = gateway.folder + "/intake.yaml"
            let text = try String(contentsOfFile: file, encoding: .utf8)
            let well = try await gateway.lines(Line.self, ["check"])
            #expect(well.status == 0 && well.output.isEmpty, "\(well.output)")
            try text.replacing("private: \"127.0.0.1:0\"", with: "private: \"0.0.0.0:1\"")
                .write(toFile: file, atomically: true, encoding: .utf8)
            let warned = try await gateway.lines(Line.self, ["check"])
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            let listen = try #require(lines.firstIndex { $0.hasPrefix("listen") }) + 1
            #expect(warned.status == 0 && warned.lines.count == 1, "\(warned.output)")
            let one = try #require(warned.lines.first)
            #expect(one.level == "warning" && one.file == file && one.line == listen && one.path == "listen.private")
            try text.replacing("alerts: outbox", with: "alerts: outbux")
                .write(toFile: file, atomically: true, encoding: .utf8)
            let bad = try await gateway.lines(Line.self, ["check"])
            #expect(bad.status == 78 && bad.lines.count == 1, "\(bad.output)")
            #expect(bad.lines.first?.level == "complaint" && bad.lines.first?.suggestion == "outbox")
            #expect(
                bad.lines.first?.found.zh == "\"outbux\"" && bad.lines.first?.expected.en.contains("outbox") == true)
        }
    }

    @Test("what is allowed but hardly meant is a warning") func warnings() async throws {
        try await withFolder { folder in
            let file = folder + "/intake.yaml"
            let text = (Self.good + "\nproxies:\n  networks: [10.0.0.0/8, 0.0.0.0/0]\n")
                .replacing("{folder}", with: folder).replacing("alerts: outbox\n", with: "").replacing(
                    "127.0.0.1:8312", with: "0.0.0.0:8312")
            try Data(text.utf8).write(to: URL(filePath: file))
            let configuration = Configuration(
                file: file, manager: ServiceManager(environment: [:]), state: folder, complaints: Complaints())
            #expect(configuration.warnings.map(\.path) == ["listen.private", "proxies.networks", "alerts"])
            #expect(configuration.warnings.map(\.line).prefix(2) == [5, text.filter { $0 == "\n" }.count])
        }
    }
}
