import Foundation
import Intake
import Testing

@Suite("Settings") struct SettingsTests {
    enum Unclear: String, CaseIterable { case retry, hold }

    @Test("values of every sort are read from one table")
    func values() throws {
        let settings = Settings.read(
            text: """
                host: mail.example.org
                port: 993
                tls: yes
                every: 5m
                limit: 20MiB
                on-unclear: hold
                words: [路灯, "no"]
                """, file: "intake.yaml")
        #expect(settings.string("host") == "mail.example.org")
        #expect(settings.int("port", default: 143, in: 1...65535) == 993)
        #expect(settings.bool("tls", default: false))
        #expect(settings.duration("every", default: .seconds(60)) == .seconds(300))
        #expect(settings.size("limit", default: 1 << 20) == 20 << 20)
        #expect(settings.choice("on-unclear", default: Unclear.retry) == .hold)
        #expect(settings.strings("words") == ["路灯", "no"])
        #expect(settings.optionalString("folder") == nil)
        #expect(settings.string("user", default: "x") == "x")
        try settings.conclude()
    }

    @Test(
        "what is no YAML is told in words that say what to mend, in both languages",
        arguments: [
            ("a:\n  b: 1\n c: 2", "indent"), ("a:\n\tb: 1", "tabs"), ("a: x: y", "quotes"), ("a: \"b", "quote"),
            ("a: [b\nc: d", "bracket"), ("a:\n  b: 1\n  - c", "indent"),
        ])
    func broken(text: String, word: String) throws {
        let complaints = Complaints()
        _ = Settings.read(text: text, file: "intake.yaml", complaints: complaints)
        #expect(complaints.list.count == 1)
        #expect(complaints.list.first?.found.en.contains(word) == true, "\(complaints.list)")
        #expect(complaints.list.first?.found.zh != complaints.list.first?.found.en)
    }

    @Test("tables, lists of tables and maps of tables are cursors of their own")
    func tables() throws {
        let settings = Settings.read(
            text: """
                smtp: { host: a }
                rules:
                  - name: one
                  - name: two
                departments:
                  lamp: { name: 路灯所 }
                  water: { name: 水务局 }
                nothing:
                """, file: "f")
        #expect(settings.table("smtp").string("host") == "a")
        #expect(settings.each("rules").map { $0.string("name") } == ["one", "two"])
        let departments = settings.table("departments").entries()
        #expect(departments.map(\.name) == ["lamp", "water"])
        #expect(departments.map { $0.settings.string("name") } == ["路灯所", "水务局"])
        #expect(settings.optionalTable("imap") == nil)
        #expect(settings.each("nothing").isEmpty)
        try settings.conclude()
    }

    @Test("all complaints come at once, each with file, line, path, expected and found")
    func complaints() throws {
        let settings = Settings.read(
            text: """
                channels:
                  - kind: web
                    port: 99999
                    prot: 1
                  - kind: mail
                    every: 30
                    smtp:
                      hots: a
                """, file: "intake.yaml")
        for channel in settings.each("channels") {
            _ = channel.string("kind")
            _ = channel.int("port", default: 80, in: 1...65535)
            _ = channel.duration("every", default: .seconds(1))
            if let smtp = channel.optionalTable("smtp") { _ = smtp.string("host") }
        }
        let error = try #require(throws: ConfigurationError.self) { try settings.conclude() }
        #expect(
            error.complaints.map { "\($0.line) \($0.path)" } == [
                "3 channels[0].port", "4 channels[0].prot", "6 channels[1].every", "8 channels[1].smtp.host",
                "8 channels[1].smtp.hots",
            ])
        #expect(error.complaints[1].suggestion == nil)
        #expect(error.complaints[4].suggestion == "host")
        #expect(
            error.complaints[0].description
                == "intake.yaml:3: channels[0].port: expected a whole number from 1 to 65535, found \"99999\"")
        #expect(error.text(in: .chinese).contains("应为：1 到 65535 的整数；实为：\"99999\""))
    }

    @Test("an unknown key suggests the key that was meant, unless that is written too")
    func suggestions() throws {
        let settings = Settings.read(text: "prot: 1\nhsot: a\nhost: b\n", file: "f")
        _ = settings.string("host")
        _ = settings.int("port", default: 1, in: 1...9)
        let error = try #require(throws: ConfigurationError.self) { try settings.conclude() }
        #expect(error.complaints.map(\.suggestion) == ["port", nil])
    }

    @Test("a missing table brings one complaint, not one for each of its keys")
    func absent() throws {
        let settings = Settings.read(text: "a: 1", file: "f")
        _ = settings.string("a")
        let smtp = settings.table("smtp")
        _ = smtp.string("host")
        _ = smtp.secret("password")
        smtp.complain("host", expected: "x", found: "y")
        let error = try #require(throws: ConfigurationError.self) { try settings.conclude() }
        #expect(error.complaints.map(\.path) == ["smtp"])
    }

    @Test("a value of the wrong shape is a complaint and reads as neutral")
    func shapes() throws {
        let settings = Settings.read(
            text: "a: [1]\nb: {c: 1}\nc:\nd: 5\ne: maybe\nf: rtry\ng: [{}, x]", file: "f")
        #expect(settings.string("a") == "")
        #expect(settings.strings("b") == [])
        #expect(settings.string("c") == "")
        #expect(settings.table("d").string("x") == "")
        #expect(settings.bool("e", default: true))
        #expect(settings.choice("f", default: Unclear.hold) == .hold)
        #expect(settings.strings("g") == ["x"])
        let error = try #require(throws: ConfigurationError.self) { try settings.conclude() }
        #expect(error.complaints.map(\.path) == ["a", "b", "c", "d", "e", "f", "g[0]"])
        #expect(error.complaints[5].suggestion == "retry")
    }

    @Test("an empty file is an empty table; a list or text is a complaint")
    func roots() throws {
        for empty in ["", "# only a comment\n", "---\n", "~"] {
            try Settings.read(text: empty, file: "f").conclude()
        }
        for wrong in ["- 1", "text", "[", "a: b: c", "a: 1\n---\nb: 1"] {
            #expect(throws: ConfigurationError.self) { try Settings.read(text: wrong, file: "f").conclude() }
        }
    }

    @Test(
        "durations and sizes carry their unit",
        arguments: [
            ("0s", 0), ("500ms", 500), ("30s", 30_000), ("5m", 300_000), ("2h", 7_200_000), ("7d", 604_800_000),
        ])
    func durations(text: String, milliseconds: Int64) {
        #expect(duration(fromText: text) == .milliseconds(milliseconds))
    }

    @Test(
        "what is no duration is none",
        arguments: ["", "5", "s", "-5s", "1.5h", "5 m", "99999999999999999999s", "9223372036854775807d", "٣s", "5S"])
    func noDurations(text: String) { #expect(duration(fromText: text) == nil) }

    @Test("what is no size is none", arguments: ["", "5", "MiB", "5MB", "-1KiB", "9223372036854775807TiB"])
    func noSizes(text: String) { #expect(byteCount(fromText: text) == nil) }

    @Test("durations and sizes are written back as read", arguments: ["0s", "90s", "36h", "7d", "1500ms"])
    func written(text: String) throws {
        #expect(Intake.text(of: try #require(duration(fromText: text))) == text)
        #expect(Intake.text(ofBytes: try #require(byteCount(fromText: "1536KiB"))) == "1536KiB")
    }
}
