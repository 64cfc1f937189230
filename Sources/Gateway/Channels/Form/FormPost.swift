import Foundation
import HTTPTypes
import Hummingbird
import Intake
import Logging

/// One form handed in: read, checked, kept, answered. Whatever is wrong, the answer is the form again with everything
/// typed and uploaded, and what to do.
struct FormPost {
    let channel: FormChannel
    let request: Request
    let context: GatewayContext
    private let words: Words
    private let now: Instant
    private let sender: UInt64?

    private var tools: Tools { channel.tools }

    init(channel: FormChannel, request: Request, context: GatewayContext) {
        self.channel = channel
        self.request = request
        self.context = context
        words = Words(request)
        now = channel.tools.now()
        sender = channel.tools.sender(request, context)
    }

    func answer(into inbox: Inbox) async -> Response {
        let wait = channel.forms.take(sender, now: now) ?? channel.uploads.wait(sender, now: now)
        let posted: FormReader.Result
        do { posted = try await read(admitted: wait == nil) } catch let stop as FormReader.Stop {
            if stop == .busy { inbox.refused(.bodies, channel: channel.name) }
            return plain(stop)
        } catch {
            // The sender went away: nobody is there to answer.
            return plain(.unreadable("the connection ended"))
        }
        let uploaded = posted.files.reduce(0) { $0 + $1.size }
        channel.uploads.spend(Double(uploaded) / Double(1 << 20), of: sender, now: now)
        if let trouble = posted.trouble {
            tools.log.error(
                "a file could not be kept", metadata: ["channel": "\(channel.name)", "trouble": "\(trouble)"])
        }

        let words = Words(asked: posted.fields.value(.language), accept: request.headers[.acceptLanguage])
        var draft = FormDraft(posted.fields, consent: channel.site.consentVersion)
        let token = FormToken(draft.token, keys: tools.keys)
        // Whoever brings no token of ours waits as anybody does who was just shown the form.
        let form = token ?? FormToken(issued: now)
        var flaws = posted.flaws
        if let wait { flaws.append(.tooMany(minutes: wait.minutes)) }
        let staging = Staging(channel: channel, form: form, now: now)
        var files: [SavedForm.File] = []
        do throws(Trouble) {
            files = try await staging.files(of: posted, flaws: &flaws)
        } catch {
            flaws.append(.busy)
            tools.log.error("staging files", metadata: ["channel": "\(channel.name)", "trouble": "\(error)"])
        }
        draft.kept = files.map { .init(id: Staging.id($0.blob), name: $0.name, type: $0.type, size: $0.size) }
        let city = tools.city()
        let emergency = city?.emergency(in: draft.text) ?? []

        if tools.isForeign(request, context) {
            // A form of its own: whoever made the one that came knows its token, and with it could ask for the receipt.
            return await anew(draft, files, flaws + [.foreign], emergency, words)
        }
        let act = posted.fields.value(.act)
        if let language = Language(rawValue: act) {
            return again(draft, form, flaws, emergency, Words(language))
        }
        var offer = channel.offer(for: draft, words)
        if act == "areas" {
            draft.keepOnly(offer)
            offer = channel.offer(for: draft, words)
            return again(draft, form, flaws, emergency, words)
        }
        flaws = flaws.merged(with: draft.flaws(offer))
        flaws += (token == nil ? .tokenOld : form.flaw(now: now, leastTime: channel.leastTime)).map { [$0] } ?? []
        guard flaws.isEmpty else { return again(draft, form, flaws, emergency, words) }

        let saved = SavedForm(
            draft, id: form.id, language: words.language, consent: channel.site.consentVersion, files: files)
        do throws(Trouble) {
            try await staging.hold(files)
            guard let number = try await keep(saved, inbox) else {
                return await anew(draft, files, [.tokenUsed], emergency, words)
            }
            let query = [(name: "code", value: tools.keys.lookupCode(number))]
            return .see(words.link(.receipt("\(number)"), query))
        } catch {
            tools.log.warning("a form was not kept", metadata: ["channel": "\(channel.name)", "trouble": "\(error)"])
            return again(draft, form, [.busy], emergency, words)
        }
    }

    private func read(admitted: Bool) async throws -> FormReader.Result {
        guard let boundary = Multipart.boundary(request.headers[.contentType]) else {
            throw FormReader.Stop.unreadable("no form")
        }
        let ceiling = channel.limits.total + FormReader.Limits.drained
        if let length = request.headers[.contentLength].flatMap({ Int64($0) }), length > ceiling {
            throw FormReader.Stop.tooLarge
        }
        var reader = FormReader(
            channel.limits, blobs: tools.blobs, keys: tools.keys, share: Share(tools.bodies, of: sender))
        do {
            try await reader.read(request.body, boundary: boundary) { fields in
                // Files are kept for forms of ours only: who has no token cannot fill the disk.
                guard admitted, let form = FormToken(fields.value(.token), keys: tools.keys) else { return nil }
                let already = Set(fields.values(.kept)).subtracting(fields.values(.remove)).count
                return FormReader.Admitted(already: already, owner: form.id)
            }
        } catch {
            channel.uploads.spend(Double(reader.received) / Double(1 << 20), of: sender, now: now)
            await abandon(reader.result)
            throw error
        }
        return reader.result
    }

    /// Leaves the files of a form that broke off to the sweep.
    private func abandon(_ posted: FormReader.Result) async {
        guard !posted.files.isEmpty, let form = FormToken(posted.fields.value(.token), keys: tools.keys) else { return }
        let staging = Staging(channel: channel, form: form, now: now)
        do throws(Trouble) { try await staging.abandon(posted.files) } catch {
            tools.log.error(
                "files of a broken-off form stay", metadata: ["channel": "\(channel.name)", "trouble": "\(error)"])
        }
    }

    /// Keeps the report, and answers a repeat with the first receipt. Nil where this form was a report already, with other
    /// content: somebody went back and wrote about something else, and takes a new form for it, as everybody does.
    private func keep(_ form: SavedForm, _ inbox: Inbox) async throws(Trouble) -> TicketNumber? {
        let json = try JSON.encode(form)
        let body: Parcel.Body =
            if json.count <= Parcel.inlineLimit { .bytes(json) } else {
                .blob(try await tools.blobs.put(json, keys: tools.keys).id, size: Int64(json.count))
            }
        let parcel = Parcel(
            channel: channel.name, received: now, envelope: envelope(of: form), body: body,
            items: [Item(sourceID: form.id, content: .submission(form.submission))])
        guard let receipt = try await inbox.accept(parcel).first, let number = receipt.ticket else {
            throw .needsPerson("一份表单没有成为工单", "a form became no ticket")
        }
        return receipt.seen == .differs ? nil : number
    }

    /// For who looks into trouble; of an anonymous report nothing that leads to its sender.
    private func envelope(of form: SavedForm) -> [String: String] {
        guard !form.anonymous else { return [:] }
        var envelope: [String: String] = [:]
        envelope["user-agent"] = request.headers[.userAgent]
        envelope["accept-language"] = request.headers[.acceptLanguage]
        envelope["address"] = tools.client(request, context)?.address.description
        return envelope
    }

    /// The same words and files under a token of their own.
    private func anew(
        _ draft: FormDraft, _ files: [SavedForm.File], _ flaws: [Flaw], _ emergency: [EmergencyNotice], _ words: Words
    ) async -> Response {
        let fresh = FormToken(issued: now)
        do throws(Trouble) {
            try await Staging(channel: channel, form: fresh, now: now).hold(files)
            return again(draft, fresh, flaws, emergency, words)
        } catch {
            tools.log.error("staging files", metadata: ["channel": "\(channel.name)", "trouble": "\(error)"])
            return again(draft, fresh, flaws + [.busy], emergency, words)
        }
    }

    private func again(
        _ draft: FormDraft, _ token: FormToken, _ flaws: [Flaw], _ emergency: [EmergencyNotice], _ words: Words
    ) -> Response {
        var draft = draft
        var renewed = token
        if token.flaw(now: now, leastTime: .zero) == .tokenOld { renewed.issued = now - channel.leastTime }
        draft.token = renewed.text(tools.keys)
        for flaw in flaws { tools.metrics.count("intake_form_flaws_total", ["flaw": flaw.word]) }
        let page = FormPage(
            site: channel.site, words: words, offer: channel.offer(for: draft, words), draft: draft,
            flaws: flaws.inOrderOfPage, emergency: emergency)
        let status = flaws.map(\.status).max().map { HTTPResponse.Status(code: $0) } ?? .ok
        let pause: Duration? =
            flaws.lazy.compactMap { flaw -> Duration? in
                switch flaw {
                case .tooMany(let minutes): .seconds(minutes * 60)
                case .busy: .seconds(60)
                default: nil
                }
            }.first
        return .page(page.html, words, status, retryAfter: pause)
    }

    private func plain(_ stop: FormReader.Stop) -> Response {
        let shown: PlainPage.Stop =
            switch stop {
            case .unreadable: .unreadable
            case .tooLarge: .tooLarge(limit: channel.limits.total)
            case .busy: .unavailable
            }
        tools.metrics.count("intake_form_unread_total", ["channel": channel.name])
        let page = PlainPage(site: channel.site, words: words, stop: shown)
        var response = Response.page(
            page.html, words, HTTPResponse.Status(code: shown.status), retryAfter: stop == .busy ? .seconds(2) : nil)
        // What is left of the body is not read.
        response.headers[.connection] = "close"
        return response
    }
}

extension [Flaw] {
    /// With what is wrong with the words; a field that was cut off is complained about once, with the limit for people.
    fileprivate func merged(with others: [Flaw]) -> [Flaw] {
        var merged = self
        for flaw in others {
            let cut = merged.firstIndex { if case .fieldCut(let field, _) = $0 { field == flaw.field } else { false } }
            guard let field = flaw.field, let cut else {
                merged.append(flaw)
                continue
            }
            switch flaw {
            case .textTooLong(let limit), .fieldTooLong(_, let limit): merged[cut] = .fieldCut(field, limit: limit)
            default: break
            }
        }
        return merged
    }

    /// As somebody meets them who reads down the page; last what is about no field.
    fileprivate var inOrderOfPage: [Flaw] {
        let fields = FormField.allCases.map(Optional.some) + [nil]
        return fields.flatMap { field in filter { $0.field == field } }
    }
}

extension FormDraft {
    /// Forgets choices that are not offered, as when another district was chosen.
    fileprivate mutating func keepOnly(_ offer: FormOffer) {
        if !offer.streets.contains(where: { $0.code == street }) { (street, community) = ("", "") }
        if !offer.communities.contains(where: { $0.code == community }) { community = "" }
    }
}
