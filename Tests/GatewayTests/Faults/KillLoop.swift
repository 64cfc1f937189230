import Foundation
import Intake
import Synchronization
import Testing

@testable import Gateway

/// An oracle that remembers every acknowledged id: numbered reports go in as webhooks, over the API and as dropped calls
/// while the process is killed again and again at moments drawn from a seed; at the end every acknowledged id is there
/// exactly once and handed over.
struct KillLoop {
    static let channels =
        HookSender.channel + "\n" + APICaller.channel + """

            - name: calls
              kind: transcripts
              path: calls
              scan: 1s
            """

    let gateway: RunningGateway
    let kills: Int
    let seed: UInt64
    private let oracle = Oracle()

    init(gateway: RunningGateway, kills: Int, seed: UInt64) {
        (self.gateway, self.kills, self.seed) = (gateway, kills, seed)
    }

    /// Gives how many were acknowledged, and how many of them were lost or handed over twice.
    func run() async throws -> (acknowledged: Int, lost: Int, doubled: Int) {
        var random = SplitMix(state: seed)
        try await gateway.start()
        let caller = try await APICaller(gateway)
        gateway.stop()
        for _ in 0..<kills {
            try await gateway.start()
            // The moment of the kill is an amount of work, not of time: so many answers after the start.
            let goal = oracle.count + 20 + Int(random.next() % 40)
            await withTaskGroup(of: Void.self) { group in
                for sender in 0..<8 {
                    group.addTask {
                        while oracle.count < goal {
                            let number = oracle.next()
                            guard let kept = try? await send(number, by: sender, caller) else { return }
                            if kept { oracle.remember(number) }
                        }
                    }
                }
                await group.next()
                gateway.stop(SIGKILL)
            }
        }
        try await gateway.start()
        defer { gateway.stop() }
        let all = oracle.acknowledged
        let kept = try await eventually(within: .seconds(90), "everything acknowledged is handed over") {
            let orders = gateway.handedOver(to: "lighting")
            let numbers = orders.compactMap { KillLoop.number(in: $0.json) }
            return all.isSubset(of: Set(numbers)) ? numbers : nil
        }
        let books = try await gateway.books()
        #expect(books.complaints.isEmpty, "\(books.complaints)")
        #expect(books.tickets >= all.count)
        #expect(try await gateway.command(["audit", "verify"]).status == 0)
        return (all.count, all.subtracting(kept).count, kept.count - Set(kept).count)
    }

    /// True once it is acknowledged; throws when nobody answers any more.
    private func send(_ number: Int, by sender: Int, _ caller: APICaller) async throws -> Bool {
        let text = "编号\(number)路灯不亮"
        switch sender % 4 {
        case 0: return try await drop(number, text)
        case 1: return try await caller.post(#"{"text": "\#(text)"}"#, key: "kill_\(number)").status == 201
        default:
            return try await gateway.call(
                HookSender.call(gateway, id: "kill_\(number)", body: HookSender.report(text))
            ).status == 200
        }
    }

    /// A call counts as received once its file lies in `done`.
    private func drop(_ number: Int, _ text: String) async throws -> Bool {
        let folder = gateway.state + "/calls"
        let call = #"{"turns": [{"side": "citizen", "text": "\#(text)"}], "call": {"call_id": "kill-\#(number)"}}"#
        let part = "\(folder)/incoming/.\(number).part"
        try Data(call.utf8).write(to: URL(filePath: part))
        try FileManager.default.moveItem(atPath: part, toPath: "\(folder)/incoming/\(number).json")
        while gateway.pid != 0 {
            let done = FileManager.default.enumerator(atPath: folder + "/done")?.compactMap { $0 as? String } ?? []
            if done.contains(where: { $0.hasSuffix("\(number).json") }) { return true }
            try await Pause.short()
        }
        return false
    }

    private static func number(in json: Data) -> Int? {
        let text = String(decoding: json, as: UTF8.self)
        guard let start = text.range(of: "编号")?.upperBound else { return nil }
        return Int(text[start...].prefix { $0.isNumber })
    }
}

/// What was promised.
final class Oracle: Sendable {
    private let state = Mutex<(last: Int, acknowledged: Set<Int>)>((0, []))

    var count: Int { state.withLock { $0.acknowledged.count } }
    var acknowledged: Set<Int> { state.withLock { $0.acknowledged } }

    func next() -> Int {
        state.withLock { state in
            state.last += 1
            return state.last
        }
    }

    func remember(_ number: Int) { state.withLock { _ = $0.acknowledged.insert(number) } }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same seed gives the same moments.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
