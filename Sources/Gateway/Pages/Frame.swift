import Intake

/// What is around every page: the head, the name of the hotline, the way to the other pages, the language.
package struct Frame: Sendable {
    package enum Place: Sendable { case form, track, elsewhere }

    var site: Site
    var words: Words
    /// Which entry of the menu this page belongs to.
    var place: Place
    /// Where this page is, for the link to the other language.
    var path: Path
    var query: [(name: String, value: String)] = []
    /// Instead of the link, where following it would lose what was typed.
    var languageButton: HTML?
    /// Whether the page carries the form's script.
    var scripted = false

    /// A whole page. `title` is for the tab and stands before the name of the hotline.
    func page(_ title: String, _ main: HTML) -> HTML {
        let name = words.say(site.name)
        return """
            <!DOCTYPE html>
            <html lang="\(words.tag)">
            <head>
            <meta charset="utf-8">
            <title>\(title) – \(name)</title>
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="referrer" content="no-referrer">
            <meta name="format-detection" content="telephone=no">
            <link rel="icon" href="data:,">
            <link rel="alternate" hreflang="\(words.other.tag)" href="\(link(words.other))">
            <link rel="stylesheet" href="\(Path.style.text)">\("""

            <script src="\(Path.script.text)" defer></script>
            """, if: scripted)
            </head>
            <body>
            <a class="skip" href="#main">\(words.skip)</a>
            <header class="top"><div class="wide">
            <a class="brand" href="\(words.link(.form))">\(Icon.bubble)<span>\(name)</span></a>
            <nav aria-label="\(words.menu)">
            <a href="\(words.link(.form))"\(" aria-current=\"page\"", if: place == .form)>\(words.report)</a>
            <a href="\(words.link(.track))"\(" aria-current=\"page\"", if: place == .track)>\(words.follow)</a>
            \(languageButton ?? languageLink)
            </nav>
            </div></header>
            <main id="main" tabindex="-1">
            \(main)
            </main>
            <footer class="bottom"><div class="wide">
            <p><a href="tel:\(site.phone)">\(words.call(site.phone))</a></p>
            <p>\(words.privacy)</p>
            </div></footer>
            </body>
            </html>

            """
    }

    private var languageLink: HTML {
        let other = words.other
        return """
            <a class="tongue" href="\(link(other))" hreflang="\(other.tag)" lang="\(other.tag)">\(other.ownName)</a>
            """
    }

    private func link(_ words: Words) -> String { words.link(path, query) }
}

extension Words {
    /// The address of a page in this language.
    func link(_ path: Path, _ query: [(name: String, value: String)] = []) -> String {
        path.link(query + [(FormField.language.rawValue, language.rawValue)])
    }
}

/// The pictures of the pages. They only accompany words, so a screen reader passes over them.
enum Icon {
    static let bubble: HTML = """
        <svg class="icon" viewBox="0 0 24 24" width="28" height="28" aria-hidden="true" focusable="false"><path \
        d="M4 3h16a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2h-7l-5 4v-4H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z" fill="currentColor"/><path \
        d="M7 10.6l3.2 3.2L17 7.4" fill="none" stroke="var(--on-accent)" stroke-width="2" stroke-linecap="round" \
        stroke-linejoin="round"/></svg>
        """
    static let phone: HTML = """
        <svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false"><path \
        d="M6.6 10.8a15 15 0 0 0 6.6 6.6l2.2-2.2a1 1 0 0 1 1-.25 11.4 11.4 0 0 0 3.6.58 1 1 0 0 1 1 1V20a1 1 0 0 1-1 1A17 \
        17 0 0 1 3 4a1 1 0 0 1 1-1h3.5a1 1 0 0 1 1 1c0 1.25.2 2.45.58 3.58a1 1 0 0 1-.25 1z" fill="currentColor"/></svg>
        """
    static let warning: HTML = """
        <svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false"><path \
        d="M12 2.5 23 21.5H1z" fill="currentColor"/><path d="M12 9.5v5.5m0 2.4v.6" fill="none" stroke="var(--on-mark)" \
        stroke-width="2.2" stroke-linecap="round"/></svg>
        """
    static let done: HTML = """
        <svg class="icon" viewBox="0 0 48 48" width="56" height="56" aria-hidden="true" focusable="false"><circle cx="24" \
        cy="24" r="23" fill="var(--good)"/><path d="M14 24.5l7 7 13-14" fill="none" stroke="var(--on-accent)" \
        stroke-width="4" stroke-linecap="round" stroke-linejoin="round"/></svg>
        """
}
