import Foundation
@testable import Gateway
import Intake
import Testing

@Suite("Pages") struct PagesTests {
    static let site = Site(
        name: Phrase(zh: "12345 市民服务热线", en: "12345 Citizen Hotline"), phone: "12345", zone: .utc,
        consent: Phrase(zh: "同意用于办理", en: "May be used to handle it"), consentVersion: "2026-01")

    static func fire() throws -> [EmergencyNotice] {
        let json = #"[{"number": "119", "words": ["起火"], "message": {"zh": "请立即拨打 119", "en": "Call 119 now"}}]"#
        return try JSON.decode([EmergencyNotice].self, Data(json.utf8))
    }

    @Test("the form offers every field, each with its label", arguments: Language.allCases)
    func fields(language: Language) {
        var offer = FormOffer()
        offer.districts = [Choice(code: "d1", name: "东湖区")]
        offer.categories = [FormOffer.Group(name: "市容", choices: [Choice(code: "c1", name: "垃圾")])]
        let page = FormPage(site: Self.site, words: Words(language), offer: offer, draft: FormDraft()).html.text
        let labelled: [FormField] = [
            .text, .category, .place, .district, .street, .community, .files, .name, .phone, .mail, .consent, .trap,
        ]
        for field in labelled {
            #expect(page.contains("<label for=\"\(field.rawValue)\""), "\(field)")
            #expect(page.contains("name=\"\(field.rawValue)\""), "\(field)")
        }
        for number in ["110", "119", "120"] { #expect(page.contains("href=\"tel:\(number)\"")) }
        #expect(page.contains("<html lang=\"\(language == .chinese ? "zh-Hans" : "en")\">"))
        #expect(!page.contains("style=") && !page.contains("onclick") && !page.contains("<script>"))
    }

    @Test("a form shown again keeps everything typed, escaped, and links each complaint to its field")
    func again() throws {
        var draft = FormDraft()
        draft.token = "t0k\"en"
        draft.kind = .complaint
        draft.text = "</textarea><script>alert(1)</script>"
        draft.place = "\"幸福路\""
        draft.phone = "1"
        draft.identity = .confidential
        draft.kept = [FormDraft.Kept(id: "f\"1", name: "<img>.jpg", type: "image/jpeg", size: 2048)]
        draft.consented = true
        let flaws: [Flaw] = [.phoneUnreadable, .fileRefused("<b>.exe"), .tooFast]
        let page = FormPage(
            site: Self.site, words: Words(.english), offer: FormOffer(), draft: draft, flaws: flaws,
            emergency: try Self.fire()
        ).html.text
        #expect(page.contains("&lt;/textarea&gt;&lt;script&gt;alert(1)&lt;/script&gt;"))
        #expect(!page.contains("<script>alert") && !page.contains("<b>.exe"))
        #expect(page.contains("value=\"&quot;幸福路&quot;\""))
        #expect(page.contains("value=\"complaint\" checked"))
        #expect(page.contains("value=\"confidential\" aria-describedby=\"identity-confidential-hint\" checked"))
        #expect(page.contains("name=\"remove\" value=\"f&quot;1\""))
        #expect(page.contains("<a href=\"#phone\">"))
        #expect(page.contains("aria-describedby=\"phone-flaw\" aria-invalid=\"true\""))
        #expect(page.contains("<section class=\"urgent loud\" role=\"alert\""))
        #expect(page.contains("required checked"))
    }

    @Test("every complaint has words in both languages, and those about a field name one of the form")
    func flaws() {
        let all: [Flaw] = [
            .textMissing, .textTooLong(limit: 5), .fieldTooLong(.name, limit: 9), .fieldCut(.name, limit: 9),
            .fieldCut(.kind, limit: nil), .choiceUnknown(.category),
            .phoneUnreadable, .mailUnreadable, .consentMissing, .tooManyFiles(limit: 9, dropped: ["a", "b"]),
            .fileTooLarge("a", limit: 1 << 20), .filesTooLarge(limit: 1 << 30, dropped: ["a"]), .fileRefused("a"),
            .fileEmpty("a"), .tooFast, .tokenOld, .tokenUsed, .trapped, .foreign, .tooMany(minutes: 1), .busy,
        ]
        for flaw in all {
            #expect(Words(.chinese).say(flaw) != Words(.english).say(flaw))
            #expect((400...503).contains(flaw.status))
        }
    }

    @Test("the receipt tells number, code, what happens next and by when") func receipt() {
        let receipt = ReceiptPage.Receipt(
            number: "20261121-000042", code: "k3m9x0ab77qz", reach: .department,
            answer: Instant(milliseconds: 1_795_239_900_000))
        let page = ReceiptPage(site: Self.site, words: Words(.english), receipt: receipt).html.text
        #expect(page.contains("20261121-000042") && page.contains("k3m9-x0ab-77qz"))
        #expect(page.contains("Sat 21 Nov 2026, 05:45"))
        #expect(page.contains("href=\"/t/20261121-000042?code=k3m9x0ab77qz&amp;lang=en\""))
        #expect(!page.contains("role=\"alert\""))
    }

    @Test("progress shows the public history, newest first") func progress() throws {
        let start = Instant(seconds: 1_795_239_900)
        let page = TrackPage(site: Self.site, words: Words(.english)).show(
            TrackPage.Progress(
                number: "20261121-000042", code: "x", state: .inHand, received: start, departments: ["Roads"],
                events: [(start, .received), (start + .seconds(9), .assigned("Roads")), (start, .said("<ok>\nbye"))])
        ).text
        let passed = try #require(page.range(of: "Passed to Roads"))
        let received = try #require(page.range(of: "We received your message"))
        #expect(passed.lowerBound < received.lowerBound)
        #expect(page.contains("&lt;ok&gt;<br>bye"))
    }

    @Test("paths encode what varies") func paths() {
        #expect(Path.ticket("a/b?c").text == "/t/a%2Fb%3Fc")
        #expect(Path.track.link([("code", "a&b=c 中")]) == "/t?code=a%26b%3Dc%20%E4%B8%AD")
        #expect(Path.areas(within: "..").text == "/areas/..")
    }

    @Test("nothing on a page is loaded from elsewhere") func selfContained() {
        let page = FormPage(site: Self.site, words: Words(.chinese), offer: FormOffer(), draft: FormDraft()).html.text
        #expect(!page.contains("http://") && !page.contains("https://"))
        #expect(!Style.text.contains("url(") && !Style.text.contains("@import"))
        #expect(!Script.text.contains("http") && !Script.text.contains("innerHTML") && !Script.text.contains("eval"))
    }
}
