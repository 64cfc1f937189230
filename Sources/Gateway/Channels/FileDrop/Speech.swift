import Intake

/// Collects the turns of one file, and holds what a file may cost: a reader adds whatever it finds, and is stopped
/// when it is no longer one telephone call.
struct Speech {
    /// More than a turn a second for a day is not a telephone call.
    static let mostTurns = 100_000
    /// UTF-8 bytes of words: about 350,000 Chinese characters, a day of speech.
    static let mostBytes = 1 << 20
    static let longestLabel = 64

    private(set) var utterances: [Utterance] = []
    private var bytes = 0

    /// Keeps `utterance` with its words tidied; one without words is left out.
    mutating func add(_ utterance: Utterance) throws(Trouble) {
        var utterance = utterance
        utterance.text = SpokenWords.tidy(utterance.text)
        if utterance.text.isEmpty { return }
        let label = utterance.speaker.map { String(SpokenWords.tidy($0).unicodeScalars.prefix(Speech.longestLabel)) }
        utterance.speaker = label?.isEmpty == true ? nil : label
        try keep(utterance)
    }

    /// Adds what was read apart.
    mutating func add(_ other: Speech) throws(Trouble) {
        for utterance in other.utterances { try keep(utterance) }
    }

    private mutating func keep(_ utterance: Utterance) throws(Trouble) {
        bytes += utterance.text.utf8.count
        guard utterances.count < Speech.mostTurns, bytes <= Speech.mostBytes else {
            throw .tooMuch(
                "超过 \(Speech.mostTurns) 轮对话或 \(Speech.mostBytes) 字节文字",
                "more than \(Speech.mostTurns) turns or \(Speech.mostBytes) bytes of words")
        }
        utterances.append(utterance)
    }

    /// Puts both sides of a stereo recording, written one after the other, into the order they were spoken in.
    mutating func sortByStart() {
        guard utterances.allSatisfy({ $0.start != nil }) else { return }
        let ordered = utterances.enumerated().sorted {
            ($0.element.start ?? 0, $0.offset) < ($1.element.start ?? 0, $1.offset)
        }
        utterances = ordered.map(\.element)
    }
}
