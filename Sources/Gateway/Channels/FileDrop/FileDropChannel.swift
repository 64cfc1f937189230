import Foundation
import Intake
import Logging

/// Transcripts of telephone calls, put as files into a folder by the telephone or recording system.
struct FileDropChannel: Channel {
    static let kind = "transcripts"
    static let example = """
        name: hotline-calls
        kind: transcripts
        # 在此目录下建立 incoming、claimed、done、quarantine；电话系统把文件放入 incoming。须在同一磁盘。
        # incoming, claimed, done and quarantine are made in this folder, on one disk; calls are put into incoming.
        path: transcripts
        # 文件多久没有变化才算写完（改名放入或旁有 .done 标记的立即处理）。
        # How long a file must not change to count as whole; one renamed in or marked by .done counts at once.
        still: 10s
        # 全目录扫描的间隔。How often the whole folder is looked through.
        scan: 10s
        # 更大的文件直接进隔离区。Larger files go to quarantine unread.
        largest: 32MiB
        # done 中的文件保留多久（不得长于 retention.originals）；台账已封存其内容，在台账里删了的，文件也随即删去。
        # How long files stay in done, at most retention.originals. The ledger holds their content, sealed; what is erased
        # there goes here, too.
        keep: 30d
        # 坐席开场白，用于区分通话双方；不写则用内置的。What agents say when they pick up; these are the defaults otherwise.
        # greetings: [很高兴为您服务, 请问有什么可以帮您]
        # agent-labels: [坐席, 话务员]
        # citizen-labels: [市民, 来电人]
        """

    let name: String
    let path: String
    let tools: Tools
    private let scan: Duration
    private let rules: Drop.Rules
    private let sides: SideRules

    init(name: String, _ settings: Settings, _ tools: Tools) {
        self.name = name
        self.tools = tools
        path = settings.folder("path", tools)
        scan = settings.duration("scan", default: .seconds(10), in: .milliseconds(100) ... .seconds(3600))
        var rules = Drop.Rules()
        rules.still = settings.duration("still", default: rules.still, in: .seconds(1) ... .seconds(86_400))
        rules.largest = settings.size("largest", default: rules.largest, in: (64 << 10)...(64 << 20))
        rules.keep = settings.duration("keep", default: rules.keep, in: .seconds(86_400) ... .seconds(3650 * 86_400))
        self.rules = rules
        var sides = SideRules()
        let lists: [(String, WritableKeyPath<SideRules, [String]>)] = [
            ("greetings", \.greetings), ("agent-labels", \.agentLabels), ("citizen-labels", \.citizenLabels),
        ]
        for (key, list) in lists {
            let texts = settings.strings(key)
            if !texts.isEmpty { sides[keyPath: list] = texts }
            guard texts.isEmpty, settings.has(key) else { continue }
            settings.complain(
                key,
                expected: Phrase(zh: "至少一项；要用内置的就不写此键", en: "at least one; leave the key out to use the built-in ones"),
                found: Phrase(zh: "空列表", en: "an empty list"))
        }
        self.sides = sides
    }

    var source: Source? { path.isEmpty ? nil : .folder(path) }

    var keeps: Duration? { rules.keep }

    func forget() async throws(Trouble) -> Int { try await PutAway(tools: tools, path: path).forget() }

    func run(into inbox: Inbox) async throws(Trouble) {
        let drop = try Drop(channel: name, path: path, rules: rules, tools: tools) { [self] in reading }
        let watch = try FolderWatch(path: drop.incoming.path, every: scan)
        noteScan()
        for await _ in watch.signals {
            let hints = watch.take()
            _ = try await drop.take(hints, into: inbox)
            while hints.due {
                let step = try await drop.scan(into: inbox)
                noteScan()
                guard step.more, !Task.isCancelled else { break }
                _ = try await drop.take(watch.take(), into: inbox)
            }
        }
    }

    /// By when the next scan ought to be over; where that is long ago, the doctor says so.
    private func noteScan() {
        let due = (tools.now() + scan).milliseconds / 1000
        tools.metrics.set("intake_drop_scan_due_seconds", ["channel": name], to: Double(due))
    }

    func read(_ raw: RawParcel) async throws(Trouble) -> [Item] {
        let name = raw.envelope["file"] ?? ""
        let bytes: [UInt8]
        switch raw.body {
        case .bytes(let data): bytes = Array(data)
        case .file(let path):
            guard let read = boundedContents(path, limit: Int(rules.largest)) else {
                throw .lasting(
                    "文件超过转写的上限（\(text(ofBytes: rules.largest))）",
                    "the file is larger than a transcript may be (\(text(ofBytes: rules.largest)))")
            }
            bytes = read
        }
        let facts = raw.envelope["facts"].map { Array($0.utf8) }
        return [reading.item(bytes, name: name, facts: facts).item]
    }

    /// With the city's zone as it is now: a reload may have changed it.
    private var reading: CallReading {
        CallReading(
            reader: TranscriptReader(rules: sides),
            report: CallReport(rules: sides, zone: tools.city()?.calendar.zone ?? .utc))
    }
}
