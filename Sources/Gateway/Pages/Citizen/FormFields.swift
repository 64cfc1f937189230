import Intake

/// The parts a field is made of: label, hint, what is wrong with it, and the control they describe.
extension FormPage {
    /// After an en space (U+2002): where it stands on a line of its own, nothing is left before it.
    var optional: HTML { "\u{2002}<span class=\"optional\">\(words.optional)</span>" }

    func section(_ id: String, _ title: String, _ content: HTML) -> HTML {
        """
        <section class="card" aria-labelledby="\(id)-title">
        <h2 id="\(id)-title">\(title)</h2>
        \(content)
        </section>
        """
    }

    /// One labelled control. `control` gets the attributes that tie it to its label and descriptions.
    func field(
        _ field: FormField, _ label: String, hint: String? = nil, required: Bool = false,
        control: (HTML) -> HTML
    ) -> HTML {
        let name = field.rawValue
        let problem = problem(field)
        let attributes: HTML = "id=\"\(name)\" name=\"\(name)\"\(described(field, hint: hint != nil, problem))"
        return """
            <div class="field\(" flawed", if: problem != nil)">
            <label for="\(name)">\(label)\(required ? nil : optional)</label>
            \(hint.map { "<p class=\"hint\" id=\"\(name)-hint\">\($0)</p>" as HTML })
            \(problem)
            \(control(attributes))
            </div>
            """
    }

    func input(_ name: FormField, _ label: String, _ value: String, _ more: HTML) -> HTML {
        field(name, label) { attributes in "<input \(attributes) value=\"\(value)\" \(more)>" }
    }

    func option(_ code: String, _ name: String, _ chosen: String) -> HTML {
        "<option value=\"\(code)\"\(" selected", if: code == chosen)>\(name)</option>"
    }

    /// What is wrong with one field, beside it.
    func problem(_ field: FormField) -> HTML? {
        let found = flaws.filter { $0.field == field }
        guard !found.isEmpty else { return nil }
        return """
            <p class="problem" id="\(field.rawValue)-flaw">\
            \(HTML(found.map { "\(words.say($0))" }, separator: "<br>"))</p>
            """
    }

    func described(_ field: FormField, hint: Bool, _ problem: HTML?) -> HTML {
        let name = field.rawValue
        switch (hint, problem != nil) {
        case (false, false): return ""
        case (true, false): return " aria-describedby=\"\(name)-hint\""
        case (false, true): return " aria-describedby=\"\(name)-flaw\" aria-invalid=\"true\""
        case (true, true): return " aria-describedby=\"\(name)-flaw \(name)-hint\" aria-invalid=\"true\""
        }
    }
}

/// The sections of the form after the first.
extension FormPage {
    /// Each level of areas lists what is inside the one chosen above it. Without the script the button asks the server
    /// for the next list and everything typed comes back; with it the list follows the choice.
    var whereabouts: HTML {
        let levels: [(FormField, [Choice], String)] = [
            (.district, offer.districts, draft.district), (.street, offer.streets, draft.street),
            (.community, offer.communities, draft.community),
        ]
        let problem = levels.map(\.0).compactMap(problem).first
        let selects = levels.enumerated().map { level, entry -> HTML in
            let (field, choices, chosen) = entry
            return """
                <div class="level"\(" hidden", if: choices.isEmpty)>
                <label for="\(field.rawValue)">\(words.areaLevel(level))</label>
                <select id="\(field.rawValue)" name="\(field.rawValue)">\(option("", words.areaNone, chosen))\
                \(choices.map { option($0.code, $0.name, chosen) })</select>
                </div>
                """
        }
        let area: HTML = """
            <fieldset class="field\(" flawed", if: problem != nil)" id="areas" aria-describedby="areas-hint" \
            data-within="\(Path.areas(within: "").text)">
            <legend>\(words.areaLabel)\(optional)</legend>
            <p class="hint" id="areas-hint">\(words.areaHint)</p>
            \(problem)
            <div class="levels">\(selects)</div>
            <button class="button plain" id="more-areas" name="\(FormField.act.rawValue)" value="areas" formnovalidate \
            formaction="\(words.link(.form))#areas">\(words.areaMore)</button>
            </fieldset>
            """
        return section(
            "where", words.whereTitle,
            """
            \(field(.place, words.placeLabel, hint: words.placeHint) { attributes in
                "<input \(attributes) value=\"\(draft.place)\" maxlength=\"300\" autocomplete=\"off\">"
            })
            \(point)
            \(offer.districts.isEmpty ? nil : area)
            """)
    }

    /// The button and the message are shown by the script, which alone can ask the browser for a position.
    private var point: HTML {
        let placed = !draft.latitude.isEmpty && !draft.longitude.isEmpty
        let kept: HTML = """
            <p class="tick"><input type="checkbox" id="\(FormField.unplaced.rawValue)" \
            name="\(FormField.unplaced.rawValue)" value="1"><label for="\(FormField.unplaced.rawValue)">\
            \(words.pointRemove)</label> <span class="hint">\(words.pointKept) \(draft.latitude), \(draft.longitude)</span></p>
            """
        return """
            <div class="field">
            <input type="hidden" id="\(FormField.latitude.rawValue)" name="\(FormField.latitude.rawValue)" \
            value="\(draft.latitude)">
            <input type="hidden" id="\(FormField.longitude.rawValue)" name="\(FormField.longitude.rawValue)" \
            value="\(draft.longitude)">
            <button class="button plain" type="button" id="locate" hidden data-busy="\(words.pointBusy)" \
            data-kept="\(words.pointKept)" data-failed="\(words.pointFailed)" data-remove="\(words.pointRemove)">\
            \(words.pointButton)</button>
            <p class="hint" id="located" role="status"></p>
            \(placed ? kept : nil)
            </div>
            """
    }

    var files: HTML {
        let kept = draft.kept.enumerated().map { index, file -> HTML in
            let id = "\(FormField.remove.rawValue)-\(index)"
            return """
                <li><input type="hidden" name="\(FormField.kept.rawValue)" value="\(file.id)">\
                <span class="file"><b>\(file.name)</b> <span class="hint">\(words.size(file.size))</span></span>\
                <span class="tick"><input type="checkbox" id="\(id)" name="\(FormField.remove.rawValue)" \
                value="\(file.id)"><label for="\(id)" aria-label="\(words.remove(file.name))">\
                \(words.removeFile)</label></span></li>
                """
        }
        let list: HTML = """
            <fieldset class="field"><legend>\(words.filesKept)</legend>
            <p class="hint">\(words.filesKeptHint)</p>
            <ul class="kept">\(kept)</ul></fieldset>
            """
        let hint = words.filesHint(count: offer.files, size: offer.fileSize, video: offer.videoSize)
        return section(
            "files", words.filesTitle,
            """
            \(draft.kept.isEmpty ? nil : list)
            \(field(.files, words.filesLabel, hint: hint) { attributes in
                """
                <input type="file" \(attributes) multiple \
                accept="image/*,video/*,audio/*,.heic,.amr,.pdf">
                """
            })
            """)
    }

    var who: HTML {
        let choices: [(FormDraft.Identity, String, String)] = [
            (.open, words.identityOpen, words.identityOpenHint),
            (.confidential, words.identityConfidential, words.identityConfidentialHint),
            (.anonymous, words.identityAnonymous, words.identityAnonymousHint),
        ]
        let radios = choices.map { identity, label, hint -> HTML in
            let id = "\(FormField.identity.rawValue)-\(identity.rawValue)"
            return """
                <li class="tick"><input type="radio" id="\(id)" name="\(FormField.identity.rawValue)" \
                value="\(identity.rawValue)" aria-describedby="\(id)-hint"\(" checked", if: draft.identity == identity)>\
                <label for="\(id)">\(label)</label><p class="hint" id="\(id)-hint">\(hint)</p></li>
                """
        }
        return section(
            "who", words.whoTitle,
            """
            <fieldset class="field"><legend>\(words.identityLabel)</legend>
            <ul class="choices">\(radios)</ul></fieldset>
            \(input(.name, words.nameLabel, draft.name, "maxlength=\"100\" autocomplete=\"name\""))
            <div class="pair">
            \(input(.phone, words.phoneLabel, draft.phone, "type=\"tel\" maxlength=\"40\" autocomplete=\"tel\" inputmode=\"tel\""))
            \(input(.mail, words.mailLabel, draft.mail, "type=\"email\" maxlength=\"254\" autocomplete=\"email\""))
            </div>
            """)
    }
}
