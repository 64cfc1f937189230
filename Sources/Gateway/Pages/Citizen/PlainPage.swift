/// A page that says why there is nothing else to show, and what to do.
package struct PlainPage: Sendable {
    package enum Stop: Sendable, Equatable {
        case unreadable
        case notFound
        /// Bytes.
        case tooLarge(limit: Int64)
        case unavailable

        package var status: Int {
            switch self {
            case .unreadable: 400
            case .notFound: 404
            case .tooLarge: 413
            case .unavailable: 503
            }
        }
    }

    var site: Site
    var words: Words
    var stop: Stop

    var html: HTML {
        let title = words.title(stop)
        return Frame(site: site, words: words, place: .elsewhere, path: .form).page(
            title,
            """
            <div class="narrow">
            <h1>\(title)</h1>
            <p class="lead">\(words.advice(stop, phone: site.phone))</p>
            <p class="actions"><a class="button" href="\(words.link(.form))">\(words.home)</a>\
            <a class="button plain" href="tel:\(site.phone)">\(Icon.phone)\(site.phone)</a></p>
            </div>
            """)
    }
}
