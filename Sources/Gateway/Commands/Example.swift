import ArgumentParser
import Intake

/// Prints settings that work for one kind of channel or destination.
struct Example: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: Terminal.both("打印某种渠道或目的地的配置示例", "Print settings that work for a kind of channel or destination"))

    @Argument(help: "种类；不写则列出全部 Kind; without it all kinds are listed")
    var kind: String?

    @OptionGroup var form: Form

    private struct Known: Encodable {
        var kind: String
        /// The list of the configuration it stands in.
        var list: String
        var example: String
    }

    private static var all: [Known] {
        Registry.channels.map { Known(kind: $0.kind, list: "channels", example: $0.example) }
            + Registry.dispatchers.map { Known(kind: $0.kind, list: "destinations", example: $0.example) }
    }

    func run() throws {
        let wanted = Example.all.filter { kind == nil || $0.kind == kind }
        if wanted.isEmpty {
            let kinds = Set(Example.all.map(\.kind)).sorted().joined(separator: ", ")
            Terminal.complain(
                Terminal.both("没有 \(kind ?? "") 这个种类；有：\(kinds)", "there is no kind \(kind ?? ""); there are: \(kinds)")
            )
            throw ExitCode(1)
        }
        if form.json { return try wanted.forEach { try Terminal.say(json: $0) } }
        if kind == nil {
            let heads = [Terminal.both("种类", "kind"), Terminal.both("写在", "goes under")]
            return Terminal.say(Table(heads: heads, rows: wanted.map { [$0.kind, $0.list] }).text)
        }
        for one in wanted {
            let named = one.example.hasPrefix("name:") || one.example.contains("\nname:")
            let item = (named ? "" : "name: \(one.kind)\n") + one.example
            let lines = item.split(separator: "\n", omittingEmptySubsequences: false)
            let set = lines.enumerated().map { $0 == 0 ? "  - \($1)" : $1.isEmpty ? "" : "    \($1)" }
            Terminal.say("\(one.list):\n" + set.joined(separator: "\n"))
        }
    }
}
