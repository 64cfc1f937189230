import Foundation
import Intake
import Synchronization
import Testing

@testable import Gateway

/// Eight senders of numbered reports, by webhook, over the API and as dropped calls, who remember what was acknowledged and
/// what they were told besides.
struct Reporters {
    static let count = 8
    static let channels =
        HookSender.channel + "\n" + APICaller.channel + """

            - name: calls
              kind: transcripts
              path: calls
              scan: 1s
            """
    /// Besides: a form that anybody may fill in as fast as he likes.
    static let form = """
        - name: web
          kind: form
          title: 小城 12345 热线
          consent: { version: "v7", text: 同意办理 }
          files: { keep-free: 0B }
          limits: { fill-time: 0s, forms: 1000000 }
        """

    /// What the senders were told besides "received".
    struct Told: Sendable {
        /// To come back.
        var later = 0
        /// Nothing: the connection was cut, or the answer never came.
        var cut = 0
        /// What no sender may ever be told for trouble of ours.
        var wrong: [Int] = []
        /// Which sender sent what.
        var senders: [Int: Int] = [:]
    }
    final class Ear: Sendable {
        private let told = Mutex(Told())
        var all: Told { told.withLock { $0 } }
        func note(_ number: Int, by sender: Int) { told.withLock { $0.senders[number] = sender } }
        /// The status of an answer; nil where there was none.
        func hear(_ status: Int?) {
            told.withLock { told in
                switch status {
                case nil: told.cut += 1
                case 503: told.later += 1
                case let status?: told.wrong.append(status)
                }
            }
        }
    }

    let gateway: RunningGateway
    let caller: APICaller
    /// Who reports by the form, by mail and by WeChat as well, where these channels are there.
    var web: FormSender?
    var mailbox: Dovecot?
    var wechat: WeChatPlatform?
    let oracle = Oracle()
    let ear = Ear()
    /// How long a sender waits for its answer.
    var patience = Duration.seconds(60)

    /// Adds the key of the API to the ledger of a gateway that was started at least once.
    init(_ gateway: RunningGateway) async throws {
        self.gateway = gateway
        caller = try await APICaller(gateway)
    }

    /// Sends one report after another for as long as `goesOn`. Whoever is told to come back, or hears nothing, sends the same
    /// again, as an honest sender does; gives up when the test has ended the gateway, or failed.
    func send(while goesOn: @escaping @Sendable () -> Bool) async {
        await withTaskGroup(of: Void.self) { group in
            for sender in 0..<Reporters.count {
                group.addTask { while goesOn(), await report(sender) {} }
            }
        }
    }

    /// How many of the senders were told "received" at least once.
    var heard: Int {
        let senders = ear.all.senders
        return Set(oracle.acknowledged.compactMap { senders[$0] }).count
    }

    /// False once nobody is there any more.
    private func report(_ sender: Int) async -> Bool {
        let number = oracle.next()
        ear.note(number, by: sender)
        let token = web?.token() ?? ""
        while true {
            guard gateway.pid != 0, !Task.isCancelled else { return false }
            do {
                let status = try await send(number, by: sender, token)
                if [200, 201, 303].contains(status) {
                    oracle.remember(number)
                    return true
                }
                ear.hear(status)
            } catch { ear.hear(nil) }
            try? await Pause.short(milliseconds: 100)
        }
    }

    /// What it was answered; a call counts as received once its file lies in `done`.
    private func send(_ number: Int, by sender: Int, _ token: String) async throws -> Int {
        let text = "编号\(number)路灯不亮"
        if sender == 2, let web {
            let answer = try await web.post(web.form(token: token, [("text", text)]))
            return answer.receipt == nil && answer.status < 400 ? 418 : answer.status
        }
        if sender == 3, let mailbox { return try await mail(number, text, to: mailbox) }
        if sender == 7, let wechat { return try await write(number, text, on: wechat) }
        switch sender % 4 {
        case 0: return try await drop(number, text) ? 200 : 503
        case 1:
            return try await gateway.call(waiting(caller.call(#"{"text": "\#(text)"}"#, key: "kill_\(number)"))).status
        default:
            return try await gateway.call(
                waiting(HookSender.call(gateway, id: "kill_\(number)", body: HookSender.report(text)))
            ).status
        }
    }

    /// A citizen's message counts as received once its answer names a ticket.
    private func write(_ number: Int, _ text: String, on platform: WeChatPlatform) async throws -> Int {
        let citizen = "oCitizen\(number)"
        let push = try platform.push(
            platform.text(text, from: citizen, id: Int64(number), at: .wall), to: "wx", at: .wall)
        let answer = try await gateway.call(
            waiting(HTTPCall(.post, gateway.publicURL + push.path, body: .bytes(push.body))))
        guard answer.status == 200 else { return answer.status }
        let words = try platform.words(
            of: .init(status: 200, headers: [:], body: String(decoding: answer.body, as: UTF8.self)), to: citizen)
        return words.flatMap(WeChatChannelTests.number) == nil ? 503 : 200
    }

    /// A mail counts as received once it lies in the mailbox: nobody but us takes it from there.
    private func mail(_ number: Int, _ text: String, to mailbox: Dovecot) async throws -> Int {
        let mail = "Message-ID: <kill-\(number)@example.com>\r\nSubject: \(number)\r\n\r\n\(text)\r\n"
        try await mailbox.deliver([Array(mail.utf8)])
        try? await Pause.short(milliseconds: 200)
        return 200
    }

    private func waiting(_ call: HTTPCall) -> HTTPCall {
        var call = call
        call.total = patience
        return call
    }

    private func drop(_ number: Int, _ text: String) async throws -> Bool {
        let folder = gateway.state + "/calls"
        let call = #"{"turns": [{"side": "citizen", "text": "\#(text)"}], "call": {"call_id": "kill-\#(number)"}}"#
        let part = "\(folder)/incoming/.\(number).part"
        try Data(call.utf8).write(to: URL(filePath: part))
        try FileManager.default.moveItem(atPath: part, toPath: "\(folder)/incoming/\(number).json")
        while gateway.pid != 0, !Task.isCancelled {
            let done = FileManager.default.enumerator(atPath: folder + "/done")?.compactMap { $0 as? String } ?? []
            if done.contains(where: { $0.hasSuffix("~\(number).json") }) { return true }
            try await Pause.short()
        }
        return false
    }

    /// Waits until all that was acknowledged is handed over, and the ledger holds nothing that is not; gives how many
    /// acknowledged reports were lost, and how many were handed over twice. The books balance, and the history is whole.
    func outcome() async throws -> (lost: Int, doubled: Int) {
        let all = oracle.acknowledged
        func handedOver() -> [Int] {
            gateway.handedOver(to: "lighting").compactMap { Reporters.number(in: $0.json) }
        }
        do {
            _ = try await eventually("everything acknowledged is handed over") {
                all.isSubset(of: Set(handedOver())) ? true : nil
            }
        } catch {
            let senders = ear.all.senders
            let missing = all.subtracting(handedOver()).sorted().map { "\($0) by \(senders[$0] ?? -1)" }
            let lanes = try await gateway.inside("/metrics").body
            throw RunningGateway.Failed(
                text: """
                    \(error): \(missing.count) of \(all.count): \(missing.prefix(40))
                    \(String(decoding: lanes, as: UTF8.self).suffix(6000))
                    \(gateway.log.suffix(3000))
                    """)
        }
        // One that comes twice may come late: looked at once nothing is left to be done.
        let ledger = try await gateway.openLedger()
        _ = try await eventually("no work is left") {
            try await ledger.lanes().isEmpty ? true : nil
        }
        await ledger.close()
        let kept = handedOver()
        let books = try await gateway.books()
        #expect(books.complaints.isEmpty, "\(books.complaints)")
        #expect(books.tickets >= all.count)
        #expect(try await gateway.command(["audit", "verify"]).status == 0)
        return (all.subtracting(kept).count, kept.count - Set(kept).count)
    }

    private static func number(in json: Data) -> Int? {
        let text = String(decoding: json, as: UTF8.self)
        guard let start = text.range(of: "编号")?.upperBound else { return nil }
        return Int(text[start...].prefix { $0.isNumber })
    }
}
