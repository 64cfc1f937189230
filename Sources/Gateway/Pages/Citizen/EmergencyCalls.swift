import Intake

/// Whom to call when a message to a hotline is not fast enough. 110, 119 and 120 are the same in every Chinese city.
enum EmergencyCalls {
    /// The quiet line above every form.
    static func line(_ words: Words) -> HTML {
        """
        <section class="urgent" aria-labelledby="urgent-title">
        <h2 id="urgent-title">\(Icon.warning)\(words.emergencyTitle)</h2>
        \(numbers(words))
        </section>
        """
    }

    /// What stands first on the page once somebody's words sound like an emergency, with what the city has to say
    /// about it; nothing where there are no notices.
    static func found(_ notices: [EmergencyNotice], _ words: Words) -> HTML? {
        guard !notices.isEmpty else { return nil }
        return """
            <section class="urgent loud" role="alert" aria-labelledby="urgent-title" tabindex="-1" autofocus>
            <h2 id="urgent-title">\(Icon.warning)\(words.emergencyFound)</h2>
            \(notices.map { "<p>\(words.say($0.message))</p>" as HTML })
            <p>\(words.emergencyAdvice)</p>
            \(numbers(words, notices))
            </section>
            """
    }

    /// The same above the text, hidden: the script shows it as soon as one of the words is typed. Nothing typed leaves
    /// the browser for that.
    static func watch(_ notices: [EmergencyNotice], harmless: [String], _ words: Words) -> HTML? {
        guard !notices.isEmpty else { return nil }
        let lines = notices.map { notice -> HTML in
            "<p data-words=\"\(joined(notice.words))\" hidden>\(words.say(notice.message))</p>"
        }
        return """
            <div class="urgent loud" id="danger" role="alert" data-harmless="\(joined(harmless))" hidden>
            <h3>\(Icon.warning)\(words.emergencyFound)</h3>
            \(lines)
            <p>\(words.emergencyAdvice)</p>
            \(numbers(words, notices))
            </div>
            """
    }

    /// As the script reads them: between blanks, without blanks of their own, lower-case.
    private static func joined(_ phrases: [String]) -> String {
        phrases.map { $0.lowercased().filter { !$0.isWhitespace } }.joined(separator: " ")
    }

    /// The three numbers everybody knows, and those that only the notices name.
    private static func numbers(_ words: Words, _ notices: [EmergencyNotice] = []) -> HTML {
        var lines = [("110", words.police), ("119", words.fire), ("120", words.ambulance)]
        for notice in notices where !lines.contains(where: { $0.0 == notice.number }) {
            lines.append((notice.number, notice.number == "122" ? words.roadAccident : ""))
        }
        return """
            <ul class="numbers">\(lines.map { number, name in
                "<li><a href=\"tel:\(number)\">\(Icon.phone)<b>\(number)</b> \(name)</a></li>" as HTML
            })</ul>
            """
    }
}
