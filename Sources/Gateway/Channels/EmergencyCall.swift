import Intake

/// A number to call at once, as programs are told of it with a receipt: they show it to the citizen.
struct EmergencyCall: Encodable, Equatable {
    var number: String
    /// What to tell the citizen, in Chinese and in English.
    var zh: String
    var en: String

    /// What subject and text of a report call for; nil for nothing. The same for a repeat, whatever came since.
    static func all(in submission: Submission, _ city: City?) -> [EmergencyCall]? {
        let found = city?.emergency(in: "\(submission.subject)\n\(submission.text)") ?? []
        return found.isEmpty
            ? nil : found.map { EmergencyCall(number: $0.number, zh: $0.message.zh, en: $0.message.en) }
    }
}

extension Submission {
    /// What its sender is told beside the receipt: what was not taken as it was sent. Nil for nothing.
    func told(as receipt: Receipt) -> [Phrase]? {
        let remarks = remarks.map(Phrase.init(kept:)) + (receipt.arrival == .ticket ? [apart].compactMap(\.self) : [])
        return remarks.isEmpty ? nil : remarks
    }
}
