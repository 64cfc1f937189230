import ArgumentParser
import Intake

/// The catalogue: why a report goes where it goes, and whether its cases still hold.
struct RouteCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "route", abstract: Terminal.both("派单目录：解释与测试", "The catalogue: explain and test"),
        subcommands: [Explain.self, Test.self])

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: Terminal.both("运行目录旁 cases.yaml 的用例", "Run the cases written beside the catalogue"))

        @OptionGroup var place: Where
        @OptionGroup var form: Form
        @Option(help: "城市数据目录（不读配置） Folder of the city's data; the configuration is not read then")
        var city: String?

        private struct Row: Encodable {
            var name: String
            var line: Int
            var passed: Bool
            var differences: [CaseResult.Difference]
            var settled: Settled
        }

        func run() async throws {
            do {
                let city = try self.city.map { folder throws(ConfigurationError) in try City.load(directory: folder) }
                let results = try (city ?? place.configuration().wantedCity()).checkCases()
                try show(results)
                if results.contains(where: { !$0.passed }) { throw ExitCode(1) }
            } catch { throw Exit.with(error) }
        }

        private func show(_ results: [CaseResult]) throws {
            if form.json {
                return try results.forEach { one in
                    try Terminal.say(
                        json: Row(
                            name: one.name, line: one.line, passed: one.passed, differences: one.differences,
                            settled: one.settled))
                }
            }
            var table = Table(heads: [
                "", Terminal.both("行", "line"), Terminal.both("用例", "case"), Terminal.both("规则", "rule"),
                Terminal.both("不符之处", "differs"),
            ])
            for one in results {
                let differences = one.differences.map { difference in
                    Terminal.both(
                        "\(difference.what) 应为 \(difference.expected)，实为 \(difference.found)",
                        "\(difference.what): expected \(difference.expected), found \(difference.found)")
                }
                table.rows.append([
                    one.passed ? "✓" : "✗", String(one.line), one.name, one.settled.decision.rule,
                    differences.joined(separator: Terminal.both("；", "; ")),
                ])
            }
            Terminal.say(table.text)
            let failed = results.filter { !$0.passed }.count
            Terminal.say(
                Terminal.both("\(results.count) 个用例，\(failed) 个不符", "\(results.count) cases, \(failed) failed"))
        }
    }
}
