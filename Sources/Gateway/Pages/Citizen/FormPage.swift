import Intake

/// The citizen's form: empty, or again with what is to be mended.
package struct FormPage: Sendable {
    var site: Site
    var words: Words
    var offer: FormOffer
    var draft: FormDraft
    var flaws: [Flaw] = []
    /// The words sound like an emergency: say whom to call before anything else.
    var emergency: [EmergencyNotice] = []

    package static let formID = "report"

    package var html: HTML {
        var frame = Frame(site: site, words: words, place: .form, path: .form, scripted: true)
        let other = words.other
        // Enter presses the first button of a form, and that one must send.
        frame.languageButton = """
            <button class="first" form="\(Self.formID)" name="\(FormField.act.rawValue)" value="send" tabindex="-1" \
            aria-hidden="true"></button><button class="tongue" form="\(Self.formID)" name="\(FormField.act.rawValue)" value="\(other.language.rawValue)" \
            formnovalidate lang="\(other.tag)">\(other.ownName)</button>
            """
        let title = words.formTitle
        return frame.page(
            flaws.isEmpty ? title : words.flawsTitle(flaws.count),
            """
            <div class="narrow">
            \(EmergencyCalls.found(emergency, words))
            \(summary)
            <h1>\(title)</h1>
            <p class="lead">\(words.formLead)</p>
            \(emergency.isEmpty ? EmergencyCalls.line(words) : nil)
            <form id="\(Self.formID)" method="post" action="\(words.link(.form))" enctype="multipart/form-data">
            <input type="hidden" name="\(FormField.token.rawValue)" value="\(draft.token)">
            <input type="hidden" name="\(FormField.language.rawValue)" value="\(words.language.rawValue)">
            \(what)
            \(whereabouts)
            \(files)
            \(who)
            \(trap)
            \(end)
            </form>
            </div>
            """)
    }

    /// The list of what is to be mended; each line leads to its field.
    private var summary: HTML? {
        guard !flaws.isEmpty else { return nil }
        let lines = flaws.map { flaw -> HTML in
            guard let field = flaw.field else { return "<li>\(words.say(flaw))</li>" }
            return "<li><a href=\"#\(anchor(field))\">\(words.say(flaw))</a></li>"
        }
        return """
            <section class="flaws" role="alert" aria-labelledby="flaws-title" tabindex="-1"\(" autofocus", if: emergency.isEmpty)>
            <h2 id="flaws-title">\(words.flawsTitle(flaws.count))</h2>
            <ul>\(lines)</ul>
            <p>\(words.flawsHint(flaws))</p>
            </section>
            """
    }

    /// A group of radio buttons has no element of its own name: the link leads to its first button.
    private func anchor(_ field: FormField) -> String {
        field == .kind ? "\(field.rawValue)-\(Kind.consultation.rawValue)" : field.rawValue
    }

    private var what: HTML {
        let kinds = Kind.allCases.map { kind -> HTML in
            let id = "\(FormField.kind.rawValue)-\(kind.rawValue)"
            return """
                <li><input type="radio" id="\(id)" name="\(FormField.kind.rawValue)" value="\(kind.rawValue)"\
                \(" checked", if: draft.kind == kind)><label for="\(id)">\(words.name(kind))</label></li>
                """
        }
        return section(
            "what", words.whatTitle,
            """
            <fieldset class="field" aria-describedby="kind-hint">
            <legend>\(words.kindLabel)\(optional)</legend>
            <p class="hint" id="kind-hint">\(words.kindHint)</p>
            <ul class="chips">\(kinds)</ul>
            </fieldset>
            \(emergency.isEmpty ? EmergencyCalls.watch(offer.emergencies, harmless: offer.harmless, words) : nil)
            \(field(.text, words.textLabel, hint: words.textHint, required: true) { attributes in
                "<textarea \(attributes) rows=\"7\" maxlength=\"\(offer.textLength)\" required>\n\(draft.text)</textarea>"
            })
            \(offer.categories.isEmpty ? nil : field(.category, words.categoryLabel) { attributes in
                "<select \(attributes)>\(option("", words.categoryNone, draft.category))\(offer.categories.map(group))</select>"
            })
            """)
    }

    private func group(_ group: FormOffer.Group) -> HTML {
        "<optgroup label=\"\(group.name)\">\(group.choices.map { option($0.code, $0.name, draft.category) })</optgroup>"
    }

    private var trap: HTML {
        let problem = problem(.trap)
        return """
            <div class="\(problem == nil ? "apart" : "field flawed")">
            <label for="\(FormField.trap.rawValue)">\(words.trapLabel)</label>
            \(problem)
            <input id="\(FormField.trap.rawValue)" name="\(FormField.trap.rawValue)" value="\(draft.trap)" autocomplete="off"\(described(.trap, hint: false, problem))\
            \(" tabindex=\"-1\"", if: problem == nil)>
            </div>
            """
    }

    private var end: HTML {
        let problem = problem(.consent)
        return """
            <div class="end">
            <div class="field tick\(" flawed", if: problem != nil)">
            \(problem)
            <input type="checkbox" id="\(FormField.consent.rawValue)" name="\(FormField.consent.rawValue)" \
            value="\(site.consentVersion)" required\(" checked", if: draft.consented)\(described(.consent, hint: true, problem))>
            <label for="\(FormField.consent.rawValue)">\(words.consentLabel)</label>
            <p class="hint" id="consent-hint">\(words.say(site.consent))</p>
            </div>
            <button class="button" name="\(FormField.act.rawValue)" value="send">\(words.submit)</button>
            <p class="hint" id="sending" role="status" data-busy="\(words.submitBusy)">\(words.submitHint)</p>
            </div>
            """
    }
}
