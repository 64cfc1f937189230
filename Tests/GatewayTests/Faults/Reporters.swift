import Foundation
import Intake
import Synchronization
import Testing

@testable import Gateway

/// Eight senders of numbered reports, by webhook, over the API and as dropped calls, who remember what was acknowledged and
/// what they were told besides.
struct Reporters {
    static let channels =
        HookSender.channel + "\n" + APICaller.channel + """

            - name: calls
              kind: transcripts
              path: calls
              scan: 1s
            """

    /// What the senders were told besides "received".
    struct Told: Sendable {
        /// To come back.
        var later = 0
        /// Nothing: the connection was cut, or the answer never came.
        var cut = 0
        /// What no sender may ever be told for trouble of ours.
        var wrong: [Int] = []
    }
    final class Ear: Sendable {
        private let told = Mutex(Told())
        var all: Told { told.withLock { $0 } }
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
    let oracle = Oracle()
    let ear = Ear()
    /// How long a sender waits for its answer.
    var patience = Duration.seconds(60)

    /// Adds the key of the API to the ledger of a gateway that was started at least once.
    init(_ gateway: RunningGateway) async throws {
        self.gateway = gateway
        caller = try await APICaller(gateway)
    }

    /// Sends until so many reports of all are acknowledged. Whoever is told to come back, or hears nothing, sends the same
    /// again, as an honest sender does; gives up when the gateway was ended by the test.
    func send(until goal: Int) async {
        await withTaskGroup(of: Void.self) { group in
            for sender in 0..<8 {
                group.addTask { while oracle.count < goal, await report(sender) {} }
            }
        }
    }

    /// False once nobody is there any more.
    private func report(_ sender: Int) async -> Bool {
        let number = oracle.next()
        while true {
            guard gateway.pid != 0 else { return false }
            do {
                let status = try await send(number, by: sender)
                if [200, 201].contains(status) {
                    oracle.remember(number)
                    return true
                }
                ear.hear(status)
            } catch { ear.hear(nil) }
            try? await Pause.short(milliseconds: 100)
        }
    }

    /// What it was answered; a call counts as received once its file lies in `done`.
    private func send(_ number: Int, by sender: Int) async throws -> Int {
        let text = "编号\(number)路灯不亮"
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
        while gateway.pid != 0 {
            let done = FileManager.default.enumerator(atPath: folder + "/done")?.compactMap { $0 as? String } ?? []
            if done.contains(where: { $0.hasSuffix("/\(number).json") }) { return true }
            try await Pause.short()
        }
        return false
    }

    /// Waits until all that was acknowledged is handed over, and the ledger holds nothing that is not; gives how many
    /// acknowledged reports were lost, and how many were handed over twice. The books balance, and the history is whole.
    func outcome() async throws -> (lost: Int, doubled: Int) {
        let all = oracle.acknowledged
        let kept = try await eventually(within: .seconds(120), "everything acknowledged is handed over") {
            let numbers = gateway.handedOver(to: "lighting").compactMap { Reporters.number(in: $0.json) }
            return all.isSubset(of: Set(numbers)) ? numbers : nil
        }
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
