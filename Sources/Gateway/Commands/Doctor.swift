import ArgumentParser
import Foundation
import Intake

/// Looks over everything that can quietly go wrong, and says how to mend it.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: Terminal.both(
            "体检：账本、磁盘、时钟、权限、域名、证书、登录、派发",
            "Look over ledger, disk, clock, permissions, names, certificates, log-ins, deliveries"),
        discussion: Terminal.both("有严重问题时退出码 1。", "Exit 1 if anything is serious."))

    @OptionGroup var place: Where
    @OptionGroup var form: Form

    func run() async throws {
        try await place.withLedger { ledger in
            var findings: [Finding] = []
            var works: Works?
            do { works = try ledger.works() } catch let error as ConfigurationError {
                findings = error.complaints.map(Finding.init)
            }
            let checks = Checkup(
                ledger: ledger, gauges: await Gauges(ledger.configuration), works: works,
                credentials: place.manager.credentials)
            for (name, check) in checks.all {
                Terminal.progress(name[Terminal.language])
                findings += try await Doctor.look(name, check)
            }
            Terminal.progress("")
            for finding in findings { try say(finding) }
            if findings.contains(where: { $0.level == .serious }) { throw ExitCode(1) }
        }
    }

    /// What one look found. One that cannot be had ends none of the others.
    private static func look(_ name: Phrase, _ check: () async throws -> [Finding]) async throws -> [Finding] {
        do {
            let found = try await check()
            return found.isEmpty ? [Finding(.well, name)] : found
        } catch let unseen as Unseen {
            return [unseen.finding(name)]
        } catch let trouble as Trouble {
            let detail = trouble.detail.map { " (\($0))" } ?? ""
            return [
                Finding(
                    .serious,
                    Phrase(
                        zh: "看不了“\(name.zh)”：\(trouble.words.zh)\(detail)",
                        en: "cannot look whether \(name.en): \(trouble.reason)\(detail)"),
                    mend: Phrase(
                        zh: "先处理此处所说的，再运行 intake doctor", en: "mend what it says, then run intake doctor again"))
            ]
        }
    }

    private func say(_ finding: Finding) throws(Trouble) {
        if form.json { return try Terminal.say(json: finding) }
        let language = Terminal.language
        switch finding.level {
        case .well: Terminal.say("✓ \(finding.words[language])")
        case .unseen: Terminal.say("– \(finding.words[language])")
        case .notice: Terminal.say("! \(finding.words[language])")
        case .serious: Terminal.say("✗ \(finding.words[language])")
        }
        if let mend = finding.mend { Terminal.say("    → \(mend[language])") }
    }
}

/// One thing the doctor says.
struct Finding: Encodable {
    enum Level: String, Encodable {
        case well, notice, serious
        /// Neither well nor wrong: what it takes to look was not there.
        case unseen = "not-looked-at"
    }
    var level: Level
    var words: Phrase
    /// What to do about it.
    var mend: Phrase?

    /// A setting that cannot be used.
    init(_ complaint: Complaint) {
        self.init(
            .serious, Phrase(zh: complaint.text(in: .chinese), en: complaint.text(in: .english)),
            mend: Phrase(zh: "改正后：intake check，再 intake reload", en: "mend it, then: intake check, then intake reload"))
    }

    init(_ level: Level, _ words: Phrase, mend: Phrase? = nil) {
        self.level = level
        self.words = words
        self.mend = mend
    }
}

/// Why the doctor could not look at something, and what it takes.
struct Unseen: Error {
    var why: Phrase
    var mend: Phrase

    func finding(_ name: Phrase) -> Finding {
        Finding(
            .unseen, Phrase(zh: "没有看：\(name.zh)（\(why.zh)）", en: "not looked at: \(name.en) (\(why.en))"), mend: mend)
    }

    static let works = Unseen(
        why: Phrase(zh: "配置有误", en: "the configuration is not sound"),
        mend: Phrase(
            zh: "改正上面所说的设置，再运行 intake doctor", en: "mend the settings told above, then run intake doctor again"))
    static let daemon = Unseen(
        why: Phrase(zh: "守护进程没有应答", en: "the daemon does not answer"),
        mend: Phrase(
            zh: "systemctl start intake，再运行 intake doctor", en: "systemctl start intake, then run intake doctor again"))
}
