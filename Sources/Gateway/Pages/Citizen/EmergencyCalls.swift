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
            <section class="urgent loud" role="alert" aria-labelledby="urgent-title">
            <h2 id="urgent-title">\(Icon.warning)\(words.emergencyFound)</h2>
            \(notices.map { "<p>\(words.say($0.message))</p>" as HTML })
            <p>\(words.emergencyAdvice)</p>
            \(numbers(words))
            </section>
            """
    }

    private static func numbers(_ words: Words) -> HTML {
        let lines = [("110", words.police), ("119", words.fire), ("120", words.ambulance)]
        return """
            <ul class="numbers">\(lines.map { number, name in
                "<li><a href=\"tel:\(number)\">\(Icon.phone)<b>\(number)</b> \(name)</a></li>" as HTML
            })</ul>
            """
    }
}
