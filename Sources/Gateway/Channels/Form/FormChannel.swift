import Foundation
import HTTPTypes
import Hummingbird
import Intake

/// The citizen's way in by browser: the form, its receipt, and the pages that show how a report fares, whichever way it
/// came.
struct FormChannel: Channel {
    static let kind = "form"
    static let isAlone = true
    static let example = """
        name: web
        kind: form
        title: 12345 市民服务热线
        english: 12345 Citizen Hotline
        # 不便上网者可拨打的电话。The number shown for those who would rather talk.
        phone: "12345"
        # 市民同意的内容；改动文字时换新版本号，版本号随每条诉求保存。
        # What a citizen agrees to. Give it a new version whenever its words change: the version is kept with each report.
        consent:
          version: "2026-01"
          text: 为办理我反映的事情，热线可以使用我填写的内容和联系方式，并交给承办单位；不作他用。我可以随时要求更正或删除。
          english: >-
            The hotline may use what I wrote and my contact details to handle this matter and pass them to the department
            in charge, for nothing else. I may ask for correction or deletion at any time.
        # 最多写多少字。The longest text.
        text-length: 5000
        # 最多几个文件；每个文件、每段视频、合计的大小。How many files; the size of one, of one video, and of all.
        files:
          count: 9
          size: 200MiB
          video: 1GiB
          together: 2GiB
          # 磁盘剩余少于此数时不再收文件（文字照收）。No file is taken in while less than this is free on the disk.
          keep-free: 2GiB
        # 每个来源地址的限度；一个单位或移动网络可能共用一个地址。
        # For each sender's address. A whole office or mobile network may share one.
        limits:
          forms: 60
          uploads: 8GiB
          failed-look-ups: 30
          within: 10m
          # 打开不到此时长就提交的，请再按一次。Whoever hands a form in sooner than this after it was shown is asked to press the button once more.
          fill-time: 3s

        """

    let name: String
    let tools: Tools
    let limits: FormReader.Limits
    let textLength: Int
    let forms: RateLimit
    /// In MiB.
    let uploads: RateLimit
    let guesses: Guesses
    let leastTime: Duration
    let offers = Offers()
    private let title: Phrase
    private let phone: String
    private let consent: Phrase
    private let consentVersion: String

    init(name: String, _ settings: Settings, _ tools: Tools) {
        self.name = name
        self.tools = tools
        let chinese = settings.string("title")
        title = Phrase(zh: chinese, en: settings.string("english", default: chinese))
        phone = settings.string("phone", default: "12345")
        let consent = settings.table("consent")
        consentVersion = consent.string("version")
        let agreed = consent.string("text")
        self.consent = Phrase(zh: agreed, en: consent.string("english", default: agreed))
        textLength = settings.int("text-length", default: 5000, in: 100...20_000)
        var limits = FormReader.Limits()
        if let files = settings.optionalTable("files") {
            limits.files = files.int("count", default: limits.files, in: 0...50)
            limits.fileSize = files.size("size", default: limits.fileSize, in: 1...(1 << 40))
            limits.videoSize = files.size("video", default: limits.fileSize, in: 1...(1 << 40))
            limits.total = files.size("together", default: limits.total, in: 1...(1 << 40))
            limits.floor = files.size("keep-free", default: limits.floor)
            let largest = max(limits.fileSize, limits.videoSize)
            if limits.total < largest {
                files.complain(
                    "together",
                    expected: Phrase(
                        zh: "不小于 size 和 video（\(text(ofBytes: largest))）",
                        en: "no less than size and video (\(text(ofBytes: largest)))"),
                    found: quoted(text(ofBytes: limits.total)))
            }
        }
        self.limits = limits
        let each = settings.optionalTable("limits")
        let span =
            each?.duration("within", default: .seconds(600), in: .seconds(1)...(.seconds(86_400))) ?? .seconds(600)
        forms = RateLimit(Double(each?.int("forms", default: 60, in: 1...1_000_000) ?? 60), per: span)
        let bytes = each?.size("uploads", default: 8 << 30, in: (1 << 20)...(1 << 50)) ?? 8 << 30
        uploads = RateLimit(Double(bytes >> 20), per: span)
        leastTime =
            each?.duration("fill-time", default: .seconds(3), in: .zero ... .seconds(60)) ?? .seconds(3)
        guesses = Guesses(
            name, limit: each?.int("failed-look-ups", default: Guesses.limit, in: 1...1_000_000) ?? Guesses.limit,
            per: span)
    }

    func routes(_ routes: Router<GatewayContext>, into inbox: Inbox) {
        routes.get(RouterPath(Path.form.text)) { request, context in show(request, context) }
        routes.post(RouterPath(Path.form.text)) { request, context in
            await FormPost(channel: self, request: request, context: context).answer(into: inbox)
        }
        routes.get("/areas/:code") { request, context in
            areas(within: context.parameters.get("code") ?? "", Words(request))
        }
        routes.get(RouterPath(Path.track.text)) { request, context in await Tracking(self, request, context).find() }
        routes.get("/t/:number") { request, context in await Tracking(self, request, context).progress() }
        routes.get("/t/:number/receipt") { request, context in await Tracking(self, request, context).receipt() }
        routes.get(RouterPath(Path.style.text)) { _, _ in Response.asset(Style.text, type: "text/css; charset=utf-8") }
        routes.get(RouterPath(Path.script.text)) { _, _ in
            Response.asset(Script.text, type: "text/javascript; charset=utf-8")
        }
        routes.get("**") { request, _ in
            let words = Words(request)
            return Response.page(PlainPage(site: site, words: words, stop: .notFound).html, words, .notFound)
        }
    }

    func read(_ raw: RawParcel) async throws(Trouble) -> [Item] { try Self.items(of: raw) }

    static func items(of raw: RawParcel) throws(Trouble) -> [Item] {
        let form = try JSON.decode(SavedForm.self, Data(try raw.bytes(upTo: 4 << 20)))
        return [Item(sourceID: form.id, content: .submission(form.submission))]
    }

    /// The city and its hotline, as the pages name them.
    var site: Site {
        Site(
            name: title, phone: phone, zone: tools.city()?.calendar.zone ?? .utc, consent: consent,
            consentVersion: consentVersion)
    }

    private func show(_ request: Request, _ context: GatewayContext) -> Response {
        let words = Words(request)
        var draft = FormDraft()
        draft.token = FormToken(issued: tools.now()).text(tools.keys)
        var response = Response.page(
            FormPage(site: site, words: words, offer: offer(for: draft, words), draft: draft).html, words)
        // Nothing typed is in it yet: a browser may keep it, so that whoever goes back to it sends the same form again.
        response.headers[.cacheControl] = "private, no-cache"
        return response
    }

    /// What can be chosen, given what is chosen so far.
    func offer(for draft: FormDraft, _ words: Words) -> FormOffer {
        var offer = FormOffer()
        offer.files = limits.files
        offer.fileSize = limits.fileSize
        offer.videoSize = limits.videoSize
        offer.textLength = textLength
        guard let city = tools.city() else { return offer }
        func choices(_ areas: [Area]) -> [Choice] { areas.map { Choice(code: $0.code, name: words.say($0.name)) } }
        offer.categories = offers.categories(of: city, words)
        (offer.emergencies, offer.harmless) = city.emergencies
        offer.districts = choices(city.areas.roots)
        if !draft.district.isEmpty { offer.streets = choices(city.areas.children(of: draft.district)) }
        if !draft.street.isEmpty { offer.communities = choices(city.areas.children(of: draft.street)) }
        return offer
    }

    private func areas(within code: String, _ words: Words) -> Response {
        let list = tools.city()?.areas.children(of: code).map { ["code": $0.code, "name": words.say($0.name)] } ?? []
        let json = (try? JSON.encode(list)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
        return Response(
            status: .ok,
            headers: [
                .contentType: "application/json; charset=utf-8", .cacheControl: "public, max-age=300",
                .vary: "Accept-Language", .xContentTypeOptions: "nosniff",
            ], body: .init(byteBuffer: ByteBuffer(string: json)))
    }
}

extension Words {
    /// The language of whoever sent this.
    init(_ request: Request) {
        self.init(
            asked: request.uri.queryParameters[FormField.language.rawValue[...]].map(String.init),
            accept: request.headers[.acceptLanguage])
    }
}
