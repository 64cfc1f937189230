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
            let checks = Checkup(ledger: ledger, gauges: await Gauges(ledger.configuration), works: works)
            for (name, check) in checks.all {
                Terminal.progress(name[Terminal.language])
                let found = try await check()
                if found.isEmpty { findings.append(Finding(.well, name)) } else { findings += found }
            }
            Terminal.progress("")
            for finding in findings { try say(finding) }
            if findings.contains(where: { $0.level == .serious }) { throw ExitCode(1) }
        }
    }

    private func say(_ finding: Finding) throws(Trouble) {
        if form.json { return try Terminal.say(json: finding) }
        let language = Terminal.language
        switch finding.level {
        case .well: Terminal.say("✓ \(finding.words[language])")
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
    }
    var level: Level
    var words: Phrase
    /// What to do about it.
    var mend: Phrase?

    /// A setting that could not work any more.
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
