import Intake
import Testing

@testable import Gateway

@Suite("What was typed") struct FormDraftTests {
    static var offer: FormOffer {
        var offer = FormOffer()
        offer.categories = [.init(name: "市容", choices: [Choice(code: "c1", name: "垃圾")])]
        offer.districts = [Choice(code: "d1", name: "东湖区")]
        offer.streets = [Choice(code: "s1", name: "湖滨街道")]
        offer.textLength = 20
        return offer
    }

    static var good: FormDraft {
        var draft = FormDraft()
        draft.text = "路灯不亮"
        draft.consented = true
        return draft
    }

    @Test("the least there can be is text and consent") func least() {
        #expect(Self.good.flaws(Self.offer).isEmpty)
        #expect(FormDraft().flaws(Self.offer) == [.textMissing, .consentMissing])
    }

    @Test("choices that are not offered, and text that is too long, are complained about")
    func choices() {
        var draft = Self.good
        draft.category = "c9"
        draft.district = "d1"
        draft.street = "s9"
        draft.text = String(repeating: "字", count: 21)
        #expect(
            draft.flaws(Self.offer) == [.textTooLong(limit: 20), .choiceUnknown(.category), .choiceUnknown(.street)])
    }

    @Test(
        "telephone numbers are read as people write them",
        arguments: [
            ("13800138000", true), ("+86 138-0013-8000", true), ("010－12345678", true), ("（０１０）１２３４５", true),
            ("12345", true),
            ("1234", false), ("call me", false), ("138001380001380013800", false), ("110<script>", false),
        ])
    func phones(text: String, good: Bool) {
        #expect(FormDraft.isPhone(text) == good)
    }

    @Test(
        "mail addresses have one @ and a name with a dot",
        arguments: [
            ("a@example.cn", true), (" a＠example.cn ", true), ("张三@例子.中国", true), ("a@b", false), ("@b.cn", false),
            ("a@@b.cn", false), ("a b@c.cn", false), ("a@b.", false), ("a@.b", false),
        ])
    func mails(text: String, good: Bool) {
        #expect(FormDraft.isMail(text) == good)
    }

    @Test(
        "a position is kept only if it is one",
        arguments: [
            ("39.904200", "116.407400", true), ("-90", "180", true), ("", "", false), ("91", "0", false),
            ("nan", "inf", false), ("1e400", "0", false), ("39°", "116°", false),
            (String(repeating: "0", count: 1000), "0", false),
        ])
    func position(latitude: String, longitude: String, good: Bool) {
        let draft = FormDraft(["latitude": [latitude], "longitude": [longitude], "consent": ["v1"]], consent: "v2")
        #expect(draft.latitude == (good ? latitude : "") && draft.longitude == (good ? longitude : ""))
        #expect(!draft.consented)
    }

    @Test("an anonymous form keeps no name and no contact, and what is typed there is no mistake")
    func anonymous() {
        var draft = Self.good
        draft.identity = .anonymous
        draft.name = "王芳"
        draft.phone = "1"
        draft.mail = "x"
        #expect(draft.flaws(Self.offer).isEmpty)
        let saved = SavedForm(draft, id: "i", language: .chinese, consent: "v1", files: [])
        #expect(saved.name == nil && saved.phone == nil && saved.mail == nil && saved.submission.people.isEmpty)
    }

    @Test("everything typed reaches the submission, and is read again from what is kept") func submission() throws {
        var draft = Self.good
        draft.kind = .complaint
        draft.text = "  幸福路的路灯三天不亮。请修理\n谢谢 "
        draft.category = "c1"
        draft.place = "幸福路12号"
        draft.district = "d1"
        draft.street = "s1"
        draft.latitude = "39.9042"
        draft.longitude = "116.4074"
        draft.identity = .confidential
        draft.name = "王芳"
        draft.phone = "＋86 138-0013-8000"
        draft.mail = "A@Example.cn"
        let file = SavedForm.File(name: "a.jpg", type: "image/jpeg", size: 5, blob: BlobID(hex: "ab"))
        let saved = SavedForm(draft, id: "i", language: .english, consent: "v1", files: [file])
        let again = try JSON.decode(SavedForm.self, try JSON.encode(saved))
        #expect(again == saved)
        let submission = again.submission
        #expect(submission.subject == "幸福路的路灯三天不亮")
        #expect(submission.text == "幸福路的路灯三天不亮。请修理\n谢谢")
        #expect(submission.kind == .complaint && submission.category == "c1" && submission.confidential)
        #expect(submission.place.area == "s1" && submission.place.text == "幸福路12号")
        #expect(submission.place.point == Point(latitude: 39.9042, longitude: 116.4074, datum: .wgs84))
        #expect(submission.language == .english && submission.consent == "v1")
        #expect(
            submission.people == [
                Party(
                    name: "王芳",
                    contacts: [
                        Contact(kind: .phone, value: "+8613800138000"), Contact(kind: .mail, value: "a@example.cn"),
                    ])
            ])
        #expect(submission.attachments.map(\.content) == [.kept(BlobID(hex: "ab"))])
    }

    @Test("the first words are masked before they are cut, so that no part of a number is left")
    func subject() {
        for length in 20...50 {
            var draft = Self.good
            draft.name = "王芳"
            draft.phone = "13800138000"
            draft.text = String(repeating: "灯", count: length) + "王芳 138 0013 8000 请修理。138。0013。8000"
            let subject = SavedForm(draft, id: "i", language: .chinese, consent: "v1", files: []).submission.subject
            #expect(subject.count <= SavedForm.subjectLength)
            #expect(!subject.contains { $0.isNumber } && !subject.contains("王"), "\(subject)")
            #expect(subject.contains("〔") == subject.contains("〕"), "\(subject)")
        }
        let name = String(repeating: "x", count: 110) + "13800138000.jpg"
        #expect(!name.asFileName.contains("138"))
    }
}
