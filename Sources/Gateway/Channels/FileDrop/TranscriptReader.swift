package import Intake

/// Reads a transcript of any form in the guide: tells the form by what the file holds, the name only breaks ties.
package struct TranscriptReader: Sendable {
    package var rules: SideRules

    package init(rules: SideRules = SideRules()) { self.rules = rules }

    /// The turns of the call in `bytes`. `name` is the file's, for its extension. Fails `lasting`, with the reason for
    /// the operator, for what cannot be read, is cut short or holds no words. Never traps; memory is a small multiple
    /// of the size of `bytes`, which the caller bounds.
    package func read(_ bytes: [UInt8], name: String) throws(Trouble) -> Transcript {
        if bytes.isEmpty { throw .unreadable("文件为空", "the file is empty") }
        let (text, damaged) = try TextBytes.decode(bytes)
        var transcript = try read(text, name: name.lowercased())
        if transcript.utterances.isEmpty {
            throw .unreadable(
                "转写（\(transcript.format.rawValue)）中没有话语",
                "the transcript (\(transcript.format.rawValue)) holds no words")
        }
        if damaged > 0 { transcript.remarks.append(.damagedCharacters(damaged)) }
        return transcript
    }

    private func read(_ text: String, name: String) throws(Trouble) -> Transcript {
        if name.hasSuffix(".json") || name.hasSuffix(".jsonl") || SpeechJSON.looksLikeJSON(text) {
            return try SpeechJSON.read(text)
        }
        if let transcript = try WebVTT.read(text, rules: rules) { return transcript }
        if let transcript = try SubRip.read(text, rules: rules) { return transcript }
        if let transcript = try SBV.read(text, rules: rules) { return transcript }
        let named = name.hasSuffix(".csv") || name.hasSuffix(".tsv")
        if let transcript = try SegmentTable.read(text, named: named) { return transcript }
        return try PlainText.read(text, rules: rules)
    }
}
