import Intake

/// iFlytek 讯飞 long-form speech recognition (语音转写, the decoded `data`): an array of these objects. Times are
/// milliseconds as strings; speaker "0" means the speakers were not separated.
enum IFlytek: JSONForm {
    static let format = Transcript.Format.iflytek

    static func matches(_ object: JSONObject) -> Bool { object.has("onebest") }

    static func read(_ object: JSONObject, into speech: inout Speech) throws(Trouble) {
        let speaker = object.text("speaker")
        try speech.add(
            Utterance(
                speaker: speaker == "0" ? nil : speaker, start: SpeechTime.milliseconds(object.number("bg")),
                end: SpeechTime.milliseconds(object.number("ed")), text: object.text("onebest") ?? ""))
    }
}
