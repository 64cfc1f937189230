import Foundation
import Intake

/// A form as it is kept: the parcel of one report. The files are named by their blobs and kept once, there; everything
/// typed stands here as it was typed, so that the report can be read from it again (rule 4).
struct SavedForm: Sendable, Equatable, Codable {
    struct File: Sendable, Equatable, Codable {
        var name: String
        var type: String
        var size: Int64
        var blob: BlobID
    }

    var version = 1
    /// Of the form token.
    var id: String
    var language: Language
    var kind: Kind?
    var text: String
    var category: String?
    var place: String?
    var area: String?
    var latitude: String?
    var longitude: String?
    var confidential: Bool
    var anonymous: Bool
    var name: String?
    var phone: String?
    var mail: String?
    /// Version of the line that was agreed to.
    var consent: String
    var files: [File]

    /// Of an anonymous report neither name nor contact is kept.
    init(_ draft: FormDraft, id: String, language: Language, consent: String, files: [File]) {
        func given(_ text: String) -> String? { text.trimmed.isEmpty ? nil : text.trimmed }
        self.id = id
        self.language = language
        self.consent = consent
        self.files = files
        kind = draft.kind
        text = draft.text.trimmed
        category = given(draft.category)
        place = given(draft.place)
        area = given(draft.community) ?? given(draft.street) ?? given(draft.district)
        latitude = given(draft.latitude)
        longitude = given(draft.longitude)
        confidential = draft.identity == .confidential
        anonymous = draft.identity == .anonymous
        guard !anonymous else { return }
        name = given(draft.name)
        phone = given(draft.phone.halfWidth)
        mail = given(draft.mail.halfWidth)
    }

    /// The first words, for lists.
    static let subjectLength = 40

    var submission: Submission {
        let contacts = [phone.map { Contact(kind: .phone, value: $0) }, mail.map { Contact(kind: .mail, value: $0) }]
            .compactMap(\.self)
        let hasPerson = name != nil || !contacts.isEmpty
        return Submission(
            kind: kind, subject: subject, text: text, category: category,
            place: Place(text: place, area: area, point: point), confidential: confidential,
            attachments: files.map {
                Attachment(name: $0.name, type: $0.type, size: $0.size, content: .kept($0.blob))
            },
            language: language, consent: consent,
            people: hasPerson ? [Party(name: name, contacts: contacts)] : [])
    }

    private var point: Point? { FormDraft.point(latitude ?? "", longitude ?? "") }

    /// Masked before anything is cut off: part of a telephone number is none that the masker knows.
    private var subject: String {
        let line = Masker.mask(text, names: [name].compactMap(\.self)).prefix { !$0.isNewline }
        let sentence = line.prefix { !"。！？!?".contains($0) }
        return Masker.cut(String(sentence.isEmpty ? line : sentence), to: Self.subjectLength)
    }
}
