import Foundation
import Intake

/// A form of speech-recognition result written as JSON objects.
protocol JSONForm: Sendable {
    static var format: Transcript.Format { get }
    /// By the presence of fields only.
    static func matches(_ object: JSONObject) -> Bool
    /// Adds the turns of `object`, which matched.
    static func read(_ object: JSONObject, into speech: inout Speech) throws(Trouble)
}

/// Reads every JSON form: one object, an array of objects, or objects one after another (JSON Lines, Vosk's log).
enum SpeechJSON {
    /// The order matters: forms told by a rarer field come first.
    fileprivate static let forms: [any JSONForm.Type] = [
        OwnForm.self, Aliyun.self, DashScope.self, AWSTranscribe.self, GoogleSpeech.self, Whisper.self, IFlytek.self,
        Vosk.self,
    ]

    /// "{", or "[" before an object or nothing: a line of plain text may begin with "[00:01]".
    static func looksLikeJSON(_ text: String) -> Bool {
        let bytes = text.utf8.lazy.filter { $0 > 0x20 }.prefix(2)
        guard let first = bytes.first else { return false }
        return first == 0x7B || (first == 0x5B && [0x7B, 0x5D].contains(bytes.dropFirst().first))
    }

    static func read(_ text: String) throws(Trouble) -> Transcript {
        var speech = Speech()
        var found: Transcript.Format?
        var facts: CallFacts?
        for text in try JSONFrame.documents(in: text) {
            let document = try decode(Data(text.utf8))
            found = found ?? document.format
            facts = facts ?? document.facts
            try speech.add(document.speech)
        }
        guard let found else {
            throw .unreadable("JSON 不是已知的转写格式", "JSON of no known form; the guide to transcripts lists them")
        }
        return Transcript(format: found, utterances: speech.utterances, facts: facts)
    }

    private static func decode(_ data: Data) throws(Trouble) -> Document {
        let decoder = JSONDecoder()
        let data = JSONFrame.mended(data)
        do {
            if let document = try? decoder.decode(Document.self, from: data) { return document }
            // Python writes NaN for a confidence it does not know, which JSON has no word for and JSON5 has.
            decoder.allowsJSON5 = true
            return try decoder.decode(Document.self, from: data)
        } catch let trouble as Trouble {
            throw trouble
        } catch {
            throw .unreadable("JSON 无效", "not valid JSON")
        }
    }

    private struct Document: Decodable {
        var format: Transcript.Format?
        var speech = Speech()
        var facts: CallFacts?

        init(from decoder: any Decoder) throws {
            if let list = JSONList(decoder) {
                // iFlytek returns an empty array for silence.
                format = list.isEmpty ? .iflytek : nil
                for object in list { try read(object) }
            } else if let object = JSONObject(decoder) {
                if !object.has("onebest"), let text = object.text("data"), text.hasPrefix("[") {
                    // iFlytek's answer as it came, its result still a string.
                    let inner = try SpeechJSON.read(text)
                    format = inner.format
                    for utterance in inner.utterances { try speech.add(utterance) }
                } else {
                    try read(object)
                }
            }
        }

        private mutating func read(_ object: JSONObject) throws(Trouble) {
            guard let form = SpeechJSON.forms.first(where: { $0.matches(object) }) else { return }
            format = format ?? form.format
            try form.read(object, into: &speech)
            if form == OwnForm.self { facts = try OwnForm.facts(object) }
        }
    }
}
