package import Intake

/// Where a citizen asks how their message fares, and the answer.
package struct TrackPage: Sendable {
    /// One line of the public history.
    package enum Event: Sendable, Equatable {
        case received
        case followUp
        /// Name of the department; empty while an operator decides.
        case assigned(String)
        case state(Ticket.State)
        /// Somebody was shown who reported it.
        case revealed
        case alerted
        /// Words meant for the citizen, as an operator or department wrote them.
        case said(String)
    }

    /// What the holder of the look-up code may see.
    package struct Progress: Sendable {
        package var number: String
        package var code: String
        package var state: Ticket.State
        package var received: Instant
        package var answerBy: Instant?
        package var kind: Kind?
        package var category: String?
        package var area: String?
        package var departments: [String]
        /// Oldest first.
        package var events: [(at: Instant, event: Event)]

        package init(
            number: String, code: String, state: Ticket.State, received: Instant, answerBy: Instant? = nil,
            kind: Kind? = nil, category: String? = nil, area: String? = nil, departments: [String] = [],
            events: [(at: Instant, event: Event)] = []
        ) {
            self.number = number
            self.code = code
            self.state = state
            self.received = received
            self.answerBy = answerBy
            self.kind = kind
            self.category = category
            self.area = area
            self.departments = departments
            self.events = events
        }
    }

    /// Why the question is asked (again).
    package enum Miss: Sendable { case none, number, code, notFound, tooMany }

    var site: Site
    var words: Words

    /// The question: which number, which code.
    func ask(number: String = "", miss: Miss = .none) -> HTML {
        let problem: (field: String, text: String)? =
            switch miss {
            case .none: nil
            case .number: ("number", words.numberMissing)
            case .code: ("code", words.codeMissing)
            case .notFound: ("number", words.notFound)
            case .tooMany: ("number", words.trackTooMany)
            }
        let summary = problem.map { field, text in
            """
            <section class="flaws" role="alert" tabindex="-1" autofocus><p><a href="#\(field)" id="problem">\(text)</a></p></section>
            """ as HTML
        }
        let flawed = { (name: String) -> HTML in
            problem?.field == name ? " aria-invalid=\"true\" aria-describedby=\"problem\"" : ""
        }
        return frame(.track).page(
            words.trackTitle,
            """
            <div class="narrow">
            \(summary)
            <h1>\(words.trackTitle)</h1>
            <p class="lead">\(words.trackLead)</p>
            <form class="card" method="get" action="\(Path.track.text)">
            <input type="hidden" name="\(FormField.language.rawValue)" value="\(words.language.rawValue)">
            <div class="field"><label for="number">\(words.number)</label>
            <input id="number" name="number" class="code" value="\(number)" maxlength="40" inputmode="numeric" \
            autocomplete="off" placeholder="20261121-000042" required\(flawed("number"))></div>
            <div class="field"><label for="code">\(words.code)</label>
            <input id="code" name="code" class="code" maxlength="40" autocomplete="off" autocapitalize="none" \
            spellcheck="false" required\(flawed("code"))></div>
            <button class="button">\(words.trackButton)</button>
            </form>
            <p class="hint">\(words.trackLost(site.phone))</p>
            </div>
            """)
    }

    /// The answer.
    func show(_ progress: Progress) -> HTML {
        let events = progress.events.reversed().map { at, event -> HTML in
            """
            <li\(" class=\"said\"", if: event.isSaid)><p>\(lines(words.text(event)))</p>\
            <p class="hint">\(words.moment(at, in: site.zone))</p></li>
            """
        }
        return frame(.ticket(progress.number), [("code", progress.code)]).page(
            "\(words.name(progress.state)) · \(progress.number)",
            """
            <div class="narrow">
            <p class="hint">\(words.number) <b class="code">\(progress.number)</b></p>
            <div class="state card \(progress.state.isEnd ? "ended" : "open")">
            <h1><span class="hint">\(words.stateLabel)</span> \(words.name(progress.state))</h1>
            <p>\(words.meaning(progress.state))</p>
            </div>
            <section class="card" aria-labelledby="history-title">
            <h2 id="history-title">\(words.historyTitle)</h2>
            \(events.isEmpty ? "<p>\(words.historyNone)</p>" : "<ol class=\"history\">\(events)</ol>")
            </section>
            <section class="card" aria-labelledby="facts-title">
            <h2 id="facts-title">\(words.factsTitle)</h2>
            <dl class="facts">\(facts(progress))</dl>
            </section>
            </div>
            """)
    }

    private func facts(_ progress: Progress) -> [HTML] {
        let list: [(String, String?)] = [
            (words.receivedAt, words.moment(progress.received, in: site.zone)),
            (words.answerBy, progress.answerBy.map { words.deadline($0, in: site.zone) }),
            (words.kindName, progress.kind.map(words.name)),
            (words.categoryName, progress.category),
            (words.areaName, progress.area),
            (
                words.departmentName,
                progress.departments.isEmpty ? nil : progress.departments.joined(separator: words.listComma)
            ),
        ]
        return list.compactMap { name, value in
            value.map { "<dt>\(name)</dt><dd>\($0)</dd>" }
        }
    }

    private func lines(_ text: String) -> HTML {
        HTML(
            text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { "\($0)" }, separator: "<br>"
        )
    }

    private func frame(_ path: Path, _ query: [(name: String, value: String)] = []) -> Frame {
        Frame(site: site, words: words, place: .track, path: path, query: query)
    }
}

extension TrackPage.Event {
    fileprivate var isSaid: Bool { if case .said = self { true } else { false } }
}

extension Ticket.State {
    /// Nothing further will happen unless somebody reopens it.
    fileprivate var isEnd: Bool { Lifecycle.ends.contains(self) }
}
