import Foundation
import Intake
import Synchronization
import Testing

@testable import Gateway

/// An oracle that remembers every acknowledged id: senders post numbered reports while the process is killed again and
/// again at moments drawn from a seed; at the end every acknowledged id is there exactly once and handed over.
struct KillLoop {
    let gateway: RunningGateway
    let kills: Int
    let seed: UInt64

    func run() async throws {
        var random = SplitMix(state: seed)
        let oracle = Oracle()
        for _ in 0..<kills {
            try await gateway.start()
            let moment = 20 + Int(random.next() % 40)
            // The moment of the kill is an amount of work, not of time: so many answers after the start.
            let goal = oracle.count + moment
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        while oracle.count < goal {
                            let number = oracle.next()
                            let call = HookSender.call(
                                gateway, id: "kill_\(number)", body: HookSender.report("编号\(number)路灯不亮"))
                            guard let answer = try? await gateway.call(call) else { return }
                            if (200..<300).contains(answer.status) {
                                oracle.remember(number)
                            }
                        }
                    }
                }
                _ = try await group.next()
                gateway.stop(SIGKILL)
                try await group.waitForAll()
            }
        }
        try await gateway.start()
        defer { gateway.stop() }
        let all = oracle.acknowledged
        let kept = try await eventually(within: .seconds(60), "everything acknowledged is handed over") {
            let orders = gateway.handedOver(to: "lighting")
            let numbers = orders.compactMap { KillLoop.number(in: $0.json) }
            return all.isSubset(of: Set(numbers)) ? numbers : nil
        }
        let books = try await gateway.books()
        #expect(Set(kept).isSuperset(of: all))
        #expect(kept.count == Set(kept).count, "a report was handed over twice")
        #expect(books.complaints.isEmpty, "\(books.complaints)")
        #expect(books.tickets >= all.count)
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
