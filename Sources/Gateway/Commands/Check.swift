import ArgumentParser
import Intake

/// Checks the configuration whole and says every complaint.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: Terminal.both("检查配置（一次列出全部问题）", "Check the configuration: all complaints at once"))

    @OptionGroup var place: Where
    @OptionGroup var form: Form

    /// A complaint or a warning as scripts read it.
    private struct Line: Encodable {
        enum Level: String, Encodable { case complaint, warning }
        var level: Level
        var file: String
        var line: Int
        var path: String
        var expected: Phrase
        var found: Phrase
        var suggestion: String?

        init(_ level: Level, _ one: Complaint) {
            self.level = level
            (file, line, path) = (one.file, one.line, one.path)
            (expected, found, suggestion) = (one.expected, one.found, one.suggestion)
        }
    }

    func run() async throws {
        let configuration = Configuration(
            file: place.config, manager: place.manager, state: place.state, complaints: Complaints())
        do { try await Rehearsal.check(configuration, log: Journal.silent) } catch let error as ConfigurationError
            where form.json
        {
            for complaint in error.complaints { try Terminal.say(json: Line(.complaint, complaint)) }
            throw ExitCode(Exit.code(error))
        } catch { throw Exit.with(error) }
        let warnings = configuration.warnings + (configuration.city?.warnings ?? [])
        if form.json { return try warnings.forEach { try Terminal.say(json: Line(.warning, $0)) } }
        for warning in warnings {
            Terminal.say(Terminal.both("提醒：", "warning: ") + warning.text(in: Terminal.language))
        }
        Terminal.say(
            Terminal.both(
                "配置正确：\(configuration.channels.count) 个渠道，\(configuration.destinations.count) 个目的地",
                "configuration is good: \(configuration.channels.count) channels, \(configuration.destinations.count) destinations"
            ))
    }
}
