import Intake

/// What settings of different adapters must agree on, which none of them can see alone.
extension Works {
    /// An answer goes by a destination that is there and reaches the contact that the channel's citizens leave.
    static func checkAnswers(_ configuration: Configuration, _ channels: [String: any Channel]) {
        for (name, _, settings) in configuration.channels {
            guard let way = channels[name]?.answers else { continue }
            let fitting = configuration.destinations.filter { $0.type.carries.contains(way.contact) }.map(\.name)
            guard let found = configuration.destinations.first(where: { $0.name == way.destination }) else {
                settings.complain(
                    "answer", unknown: Phrase(zh: "目的地名称", en: "the name of a destination"), found: way.destination,
                    among: configuration.destinations.map(\.name))
                continue
            }
            guard !fitting.contains(found.name) else { continue }
            let names = fitting.joined(separator: ", ")
            settings.complain(
                "answer",
                expected: Phrase(
                    zh: "能把回复送到群众手中的目的地" + (names.isEmpty ? "（如 kind: smtp，须另加）" : "（\(names)）"),
                    en: "a destination that can reach a citizen"
                        + (names.isEmpty ? " (such as kind: smtp, to be added)" : " (\(names))")),
                found: Phrase(
                    zh: "\"\(found.name)\"（kind: \(found.type.kind)）",
                    en: "\"\(found.name)\" (kind: \(found.type.kind))"))
        }
    }

    /// What a channel leaves in the clear goes no later than the same bytes, sealed, in the ledger.
    static func checkKeeping(_ configuration: Configuration, _ channels: [String: any Channel]) {
        let most = configuration.retention.originals
        for (name, _, settings) in configuration.channels {
            guard let keeps = channels[name]?.keeps, keeps > most else { continue }
            settings.complain(
                "keep",
                expected: Phrase(
                    zh: "不长于 retention.originals（\(text(of: most))）：文件是明文，原件到期时不能还在",
                    en: "at most retention.originals (\(text(of: most))): the files are in the clear"),
                found: Phrase(stringLiteral: text(of: keeps)))
        }
    }

    /// Two channels do not take from each other, and no destination writes where a channel reads.
    static func checkSources(
        _ configuration: Configuration, _ channels: [String: any Channel], _ dispatchers: [String: any Dispatcher]
    ) {
        var taken: [(name: String, source: Source)] = []
        for (name, _, settings) in configuration.channels {
            guard let source = channels[name]?.source, !taken.contains(where: { $0.name == name }) else { continue }
            let key = if case .folder = source { "path" } else { "mailbox" }
            if let first = taken.first(where: { $0.source.overlaps(source) }) {
                settings.complain(
                    key,
                    expected: Phrase(
                        zh: "只由这一个渠道读取的目录或邮箱，也不在另一渠道的目录之内",
                        en: "a folder or mailbox that this channel alone reads, and not within another's"),
                    found: Phrase(zh: "渠道 \(first.name) 已在用", en: "what channel \(first.name) reads"))
            }
            let writer = configuration.destinations.first {
                dispatchers[$0.name]?.folder.map { Source.folder($0).overlaps(source) } ?? false
            }
            if let writer {
                settings.complain(
                    key,
                    expected: Phrase(
                        zh: "与目的地的目录互不包含的目录", en: "a folder apart from those that destinations write into"),
                    found: Phrase(zh: "目的地 \(writer.name) 的目录", en: "that of destination \(writer.name)"))
            }
            taken.append((name, source))
        }
    }
}
