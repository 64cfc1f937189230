import Intake

/// CSV and TSV of segments: with a header that names its columns in Chinese or English, or as Whisper writes them
/// (`start end text` in milliseconds; text, start, end in seconds without a header).
enum SegmentTable {
    private enum Column { case start, end, text, speaker, channel }
    private static let names: [(Column, [String])] = [
        (
            .text,
            ["text", "content", "transcript", "sentence", "words", "文本", "内容", "文字", "话语", "转写", "识别结果", "onebest"]
        ),
        (.start, ["start", "begin", "starttime", "begintime", "bg", "from", "开始", "开始时间", "起始时间", "起始"]),
        (.end, ["end", "stop", "endtime", "ed", "to", "结束", "结束时间", "终止时间"]),
        (.speaker, ["speaker", "role", "speakerid", "speakerlabel", "who", "说话人", "角色", "发言人", "讲话人"]),
        (.channel, ["channel", "channelid", "声道", "通道"]),
    ]

    /// Nil if the first row is neither a header nor, where `named` says the file is called .csv or .tsv, Whisper's
    /// text, start, end.
    static func read(_ text: String, named: Bool) throws(Trouble) -> Transcript? {
        guard let first = Lines(text).first(where: { !$0.isBlank }), first.utf8.count < 4096 || named else {
            return nil
        }
        for separator in [UInt8(ascii: "\t"), UInt8(ascii: ","), UInt8(ascii: ";")] where first.utf8.contains(separator)
        {
            var rows = TableRows(text, separator: separator)
            guard let top = try rows.next() else { return nil }
            let format: Transcript.Format = separator == UInt8(ascii: "\t") ? .tsv : .csv
            if let (columns, unit) = header(top) {
                return Transcript(format: format, utterances: try segments(&rows, nil, columns, unit))
            }
            if named, top.count == 3, Double(top[1]) != nil, Double(top[2]) != nil {
                let columns: [Column: Int] = [.text: 0, .start: 1, .end: 2]
                return Transcript(format: format, utterances: try segments(&rows, top, columns, .seconds))
            }
        }
        return nil
    }

    /// Told by the column's name ("start_ms"); else by its values: a fraction or a clock means seconds.
    private enum Unit { case milliseconds, seconds, unknown }

    private static let units: [(String, Unit)] = [
        ("毫秒", .milliseconds), ("ms", .milliseconds), ("seconds", .seconds), ("sec", .seconds), ("秒", .seconds),
        ("s", .seconds),
    ]

    private static func header(_ row: [String]) -> ([Column: Int], Unit)? {
        var columns: [Column: Int] = [:]
        var unit = Unit.unknown
        for (index, cell) in row.enumerated() {
            let name = SpokenWords.folded(cell)
            var column = names.first { $0.1.contains(name) }?.0
            for (suffix, told) in units where column == nil && name.hasSuffix(suffix) {
                column = names.first { $0.1.contains(String(name.dropLast(suffix.count))) }?.0
                if column != nil { unit = told }
            }
            if let column, columns[column] == nil { columns[column] = index }
        }
        return columns[.text] != nil && columns.count > 1 ? (columns, unit) : nil
    }

    private static func segments(
        _ rows: inout TableRows, _ first: [String]?, _ columns: [Column: Int], _ unit: Unit
    ) throws(Trouble) -> [Utterance] {
        var kept: [[String]] = first.map { [$0] } ?? []
        while let row = try rows.next() {
            guard kept.count < Speech.mostTurns else {
                throw .tooMuch("超过 \(Speech.mostTurns) 行", "more than \(Speech.mostTurns) rows")
            }
            kept.append(row)
        }
        func cell(_ row: [String], _ column: Column) -> String? {
            guard let index = columns[column], row.indices.contains(index) else { return nil }
            let text = row[index].trimmed
            return text.isEmpty ? nil : text
        }
        let whole = kept.allSatisfy { row in
            [cell(row, .start), cell(row, .end)].allSatisfy { $0.map { Int64($0) != nil } ?? true }
        }
        func time(_ text: String?) -> Int64? {
            guard let text else { return nil }
            if let clock = SpeechTime.clock(text) { return clock }
            let milliseconds = unit == .milliseconds || (unit == .unknown && whole)
            return milliseconds ? SpeechTime.milliseconds(Double(text)) : SpeechTime.seconds(Double(text))
        }
        var speech = Speech()
        for row in kept {
            try speech.add(
                Utterance(
                    speaker: cell(row, .speaker), channel: cell(row, .channel).flatMap { Int($0) },
                    start: time(cell(row, .start)), end: time(cell(row, .end)), text: cell(row, .text) ?? ""))
        }
        return speech.utterances
    }
}
