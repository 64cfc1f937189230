import Intake

/// "坐席：", "Agent:", "A|" at the head of a line. A colon alone proves nothing ("地址：幸福路12号"), so a label counts only
/// if it names a side, has the form of a recogniser's label, or heads several lines of the file.
struct SpeakerLabels {
    static let longest = 20
    static let most = 12

    private var accepted: Set<String>

    init(in lines: some Sequence<String>, rules: SideRules) {
        var seen: [String: Int] = [:]
        for line in lines {
            guard let (label, _) = SpeakerLabels.candidate(line) else { continue }
            // Past this many different ones the rest are ordinary words before a colon.
            if seen[label] != nil || seen.count < 1000 { seen[label, default: 0] += 1 }
        }
        let named = seen.keys.filter { SpeakerLabels.isNumbered($0) || rules.side(ofLabel: $0) != .unknown }
        let repeated = seen.filter { $0.value > 1 }.keys
        accepted = Set(named)
        if repeated.count <= SpeakerLabels.most { accepted.formUnion(repeated) }
    }

    var isEmpty: Bool { accepted.isEmpty }

    /// The label of `line` and what follows it; nil if it has none.
    func split(_ line: String) -> (label: String, rest: String)? {
        guard !accepted.isEmpty, let found = SpeakerLabels.candidate(line), accepted.contains(found.label) else {
            return nil
        }
        return found
    }

    private static func candidate(_ line: String) -> (label: String, rest: String)? {
        let head = line.prefix(longest + 3)
        guard let mark = head.firstIndex(where: { ":：|｜".contains($0) }) else { return nil }
        let label = head[..<mark].trimmed
        let rest = line[line.index(after: mark)...]
        guard label.utf8.count <= longest * 6, (1...longest).contains(label.count),
            label.contains(where: { $0.isLetter || $0.isNumber }),
            !label.contains(where: { ",.;!?，。；！？、\"“”<>/\\=".contains($0) }), label.filter({ $0 == " " }).count < 3
        else { return nil }
        // "12:30" is a time and "http://" an address.
        if rest.first == "/" || (label.allSatisfy(\.isNumber) && rest.first?.isNumber == true) { return nil }
        return (label, String(rest))
    }

    /// "A", "1", "spk_0", "Speaker 2", "说话人1", "SPEAKER_00".
    private static func isNumbered(_ label: String) -> Bool {
        if label.count == 1 { return label.allSatisfy { $0.isASCII } }
        let stem = label.lowercased().filter { $0.isLetter }
        let rest = label.filter { !$0.isLetter }
        guard rest.contains(where: \.isNumber), rest.allSatisfy({ $0.isNumber || " _-#".contains($0) }) else {
            return false
        }
        return ["", "spk", "speaker", "channel", "ch", "s", "说话人", "发言人", "讲话人", "角色", "声道", "通道"].contains(stem)
    }
}
