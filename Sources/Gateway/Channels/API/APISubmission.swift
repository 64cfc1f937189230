import Foundation
import HTTPTypes
import Hummingbird
import Intake
import Logging

/// `POST /api/v1/submissions`: one report as JSON. The `id` of the body makes twice once; where it has none, the
/// Idempotency-Key does: the same gives the same answer and no second ticket.
struct APISubmission {
    /// Envelope fields from which a kept body is read again.
    static let sourceField = "source-id"
    static let keyField = "api-key-id"
    /// Files of one report.
    static let mostFiles = 20

    let channel: APIChannel
    let request: Request
    let context: GatewayContext

    private struct Answer: Encodable {
        struct Links: Encodable {
            var `self`: String
            var track: String
        }
        var number: String
        var lookupCode: String?
        /// True when the report joined an earlier ticket.
        var followUp: Bool
        /// What happens now, in order; with `answerBy` not given for a follow-up, whose ticket may be somebody else's.
        var next: [String]?
        var answerBy: String?
        var links: Links?
        /// What was not taken as it was sent.
        var remarks: [String]?
        /// Whom the citizen should call at once.
        var emergency: [EmergencyCall]?

        enum CodingKeys: String, CodingKey {
            case number, next, links, remarks, emergency
            case lookupCode = "lookup_code"
            case followUp = "follow_up"
            case answerBy = "answer_by"
        }
    }

    func answer(into inbox: Inbox) async throws(Problem) -> Response {
        let tools = channel.tools
        let key = try await channel.caller(request, may: .submit)
        guard request.headers[.contentType].map({ $0.lowercased().hasPrefix("application/json") }) ?? false else {
            throw Problem(
                .unsupportedMediaType, "media-type",
                Phrase(zh: "请以 Content-Type: application/json 发送", en: "send it as Content-Type: application/json"))
        }
        var hook: Hook
        switch await Hook.read(
            request, context, limit: channel.limit, channel: channel.name, isProven: true, tools, inbox)
        {
        case .success(let read): hook = read
        case .failure(let refusal):
            if refusal.status == .contentTooLarge { throw .tooLarge(Int64(channel.limit)) }
            if refusal.status == .serviceUnavailable { throw .later(.busy) }
            throw Problem(.badRequest, "cut-off", Phrase(zh: "内容没有传完，请重发", en: "the body broke off; send it again"))
        }
        let read = try await Self.read(hook.body, key: key.id, channel: channel)
        try checkCode(of: read, key: key.id)
        let id = try sourceID(read.id, key: key.id)
        hook.envelope[Self.sourceField] = id
        hook.envelope[Self.keyField] = key.id
        let receipt: Receipt
        let now = tools.now()
        do throws(Trouble) {
            // None of its files may be swept before the ledger names them.
            for file in read.staged where file.at != Staging.pinned {
                try await tools.store.restage(file.form, at: now)
            }
            let item = Item(sourceID: id, content: .submission(read.submission), joining: read.joining)
            let receipts = try await hook.keep([item], channel: channel.name, received: now, tools: tools, in: inbox)
            guard let first = receipts.first else { throw .needsPerson("一件诉求没有得到回执", "a report got no receipt") }
            receipt = first
        } catch {
            tools.log.warning("a report was not kept", metadata: ["channel": "\(channel.name)", "trouble": "\(error)"])
            throw .later(error)
        }
        guard receipt.seen != .differs, let number = receipt.ticket else {
            throw Self.reused(read.id == nil ? "Idempotency-Key" : "id")
        }
        // Also where it came before: a kill between the two leaves them to the sweep.
        await pin(read.staged.filter { $0.at != Staging.pinned })
        let prospect: Prospect?
        do throws(Trouble) {
            prospect = try await Prospect.told(
                with: receipt, of: read.submission, channel: channel.name, at: now, tools)
        } catch { throw .later(error) }
        return response(receipt, number, prospect, read.submission)
    }

    /// A code that is not that of the ticket it comes with counts as a guess; after too many nothing is kept that shows one.
    private func checkCode(of read: Read, key: String) throws(Problem) {
        guard case .claimed(_, let code?) = read.joining, let named = read.submission.followsUp else { return }
        let sender = channel.tools.sender(request, context)
        let guess = Guess(sender: sender, key: key, ticket: TicketNumber(named), code: code)
        if case .wait(let wait) = channel.guesses.look(guess, channel.tools) { throw .tooManyCodes(wait) }
    }

    /// A report sent again after weeks names its files again: their references stay good until the ledger erases the files,
    /// whose they are by now.
    private func pin(_ files: [StagedFile]) async {
        for file in files {
            do throws(Trouble) { try await channel.tools.store.restage(file.form, at: Staging.pinned) } catch {
                channel.tools.log.warning(
                    "a reference lasts a week only", metadata: ["channel": "\(channel.name)", "trouble": "\(error)"])
            }
        }
    }

    private static func reused(_ name: String) -> Problem {
        Problem(
            .unprocessableContent, "\(name.lowercased())-reused",
            Phrase(
                zh: "这个 \(name) 已用于另一份内容，没有保存", en: "this \(name) came before with other content; nothing was kept"))
    }

    private func response(
        _ receipt: Receipt, _ number: TicketNumber, _ prospect: Prospect?, _ submission: Submission
    ) -> Response {
        let words = Words(request)
        var headers: HTTPFields = [.location: Path.submission("\(number)").text]
        if receipt.seen == .again, let replayed = HTTPField.Name("Idempotent-Replayed") { headers[replayed] = "true" }
        // Whose ticket a follow-up joins nobody here has shown: its code stays secret.
        let code = receipt.arrival == .ticket ? channel.tools.keys.lookupCode(number) : nil
        let answer = Answer(
            number: "\(number)", lookupCode: code,
            followUp: receipt.arrival == .followUp, next: prospect?.reach.steps.map(words.say),
            answerBy: prospect?.answer?.text,
            links: code.map { code in
                Answer.Links(
                    self: Path.submission("\(number)").link([("code", code)]),
                    track: Path.ticket("\(number)").link([("code", code)]))
            }, remarks: submission.told(as: receipt)?.map { $0[words.language] },
            emergency: EmergencyCall.all(in: submission, channel.tools.city()))
        return .json(.created, answer, headers: headers)
    }

    /// What the report is known by: its own id, else the header (draft-ietf-httpapi-idempotency-key-header, quoted or not).
    /// The two are apart: an id that reads as another report's header is another report. A header beside an id says
    /// nothing more: whoever sends the same report again, even with a fresh header, sends the same id.
    private func sourceID(_ id: String?, key: String) throws(Problem) -> String {
        if let id { return "\(key)/id/\(id)" }
        let header = HTTPField.Name("Idempotency-Key").flatMap { request.headers[$0] }
        let given = header.map { $0.trimmed.filter { $0 != "\"" } } ?? ""
        guard (1...200).contains(given.utf8.count), given.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw Problem(
                .badRequest, "idempotency-key-missing",
                Phrase(
                    zh: "请在内容中给出 id，或带上 Idempotency-Key（1 到 200 字节，同一件事重发时不变）",
                    en:
                        "give an id in the body, or send an Idempotency-Key (1 to 200 bytes, the same when the same report is sent again)"
                ))
        }
        return "\(key)/key/\(given)"
    }
}

extension APISubmission {
    struct Read {
        var id: String?
        var submission: Submission
        var joining: Joining
        /// Uploaded files it names.
        var staged: [StagedFile] = []
    }

    /// Reads a body: a `SubmissionForm`, and `files`, references that `POST /api/v1/files` gave out. Category and area
    /// must be the city's own, since this sender is there to mend them.
    static func read(_ body: [UInt8], key: String, channel: APIChannel) async throws(Problem) -> Read {
        var value: JSONValue
        do throws(Trouble) { value = try JSONValue.read(body) } catch {
            throw Problem(.badRequest, "json", error.words)
        }
        var references: [String] = []
        var problems: [FieldProblem] = []
        if case .object(let members) = value {
            var fields = FieldReader(value)
            for (index, file) in fields.list("files", most: mostFiles).enumerated() {
                guard case .string(let reference) = file else {
                    fields.complain("files[\(index)]", .sort(expected: Phrase(zh: "文字", en: "text"), found: file.sort))
                    continue
                }
                references.append(reference)
            }
            problems = fields.problems
            value = .object(members.filter { $0.name != "files" })
        }
        let form: SubmissionForm
        do throws(FieldProblems) { form = try SubmissionForm.read(value) } catch {
            throw .invalid(problems + error.all)
        }
        var read = Read(id: form.id, submission: form.submission, joining: form.joining(sender: key))
        problems += UnknownCode.all(in: form.submission, channel.tools.city()).map(\.problem)
        for (index, reference) in references.enumerated() {
            do throws(Trouble) {
                if let (file, attachment) = try await APIUpload.find(reference, key: key, channel: channel) {
                    read.staged.append(file)
                    read.submission.attachments.append(attachment)
                } else {
                    let wanted = Phrase(
                        zh: "POST /api/v1/files 给出的引用", en: "a reference that POST /api/v1/files gave out")
                    problems.append(FieldProblem(field: "files[\(index)]", cause: .malformed(wanted)))
                }
            } catch { throw .later(error) }
        }
        guard problems.isEmpty else { throw .invalid(problems) }
        return read
    }
}
