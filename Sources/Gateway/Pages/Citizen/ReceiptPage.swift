package import Intake

/// What a citizen takes away: the number, the secret look-up code, what happens next and by when.
package struct ReceiptPage: Sendable {
    /// How the answer finds the citizen.
    package enum Reach: Sendable {
        /// The department may get in touch.
        case department
        /// 保密: only through the hotline.
        case hotline
        /// Nobody can; the citizen looks it up.
        case lookup

        /// What happens to a report, in order.
        var steps: [Step] {
            switch self {
            case .department: [.sent, .contact, .answer]
            case .hotline: [.sent, .decided, .relay]
            case .lookup: [.sent, .decided, .read]
            }
        }
    }

    enum Step: Sendable { case sent, contact, answer, decided, relay, read }

    package struct Receipt: Sendable {
        package var number: String
        package var code: String
        package var reach: Reach
        package var emergency: [EmergencyNotice]
        /// Deadlines, as far as they stand when the receipt is written.
        package var contact: Instant?
        package var answer: Instant?

        package init(
            number: String, code: String, reach: Reach, emergency: [EmergencyNotice] = [], contact: Instant? = nil,
            answer: Instant? = nil
        ) {
            self.number = number
            self.code = code
            self.reach = reach
            self.emergency = emergency
            self.contact = contact
            self.answer = answer
        }
    }

    var site: Site
    var words: Words
    var receipt: Receipt

    var html: HTML {
        let query = [(name: "code", value: receipt.code)]
        let frame = Frame(
            site: site, words: words, place: .elsewhere, path: .receipt(receipt.number), query: query)
        return frame.page(
            words.receiptTitle,
            """
            <div class="narrow">
            \(EmergencyCalls.found(receipt.emergency, words))
            <div class="receipt card">
            <div class="done">\(Icon.done)<h1>\(words.receiptTitle)</h1></div>
            <p class="lead">\(words.receiptLead)</p>
            <ul class="pass">
            <li><span class="hint">\(words.number)</span> <b class="code" id="number">\(receipt.number)</b></li>
            <li><span class="hint">\(words.code)</span> <b class="code" id="code">\(LookupCode.shown(receipt.code))</b></li>
            </ul>
            <p class="hint">\(words.codeHint)</p>
            </div>
            <section class="card" aria-labelledby="next-title">
            <h2 id="next-title">\(words.nextTitle)</h2>
            <ol class="steps">\(steps)</ol>
            </section>
            <p class="actions"><a class="button" href="\(words.link(.ticket(receipt.number), query))">\(words.receiptTrack)</a>\
            <a class="button plain" href="\(words.link(.form))">\(words.receiptMore)</a></p>
            </div>
            """)
    }

    private var steps: [HTML] {
        receipt.reach.steps.map { step in
            let due: Instant? =
                switch step {
                case .contact: receipt.contact
                case .answer, .decided: receipt.answer
                case .sent, .relay, .read: nil
                }
            return self.step(words.say(step), due)
        }
    }

    private func step(_ text: String, _ due: Instant?) -> HTML {
        let moment = due.map { "<span class=\"hint\">\(words.by(words.deadline($0, in: site.zone)))</span>" as HTML }
        return "<li><b>\(text)</b>\(moment)</li>"
    }
}
