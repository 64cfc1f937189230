import Foundation
import Intake
import Testing

@testable import Gateway

/// Several senders of numbered reports who remember what was acknowledged, and what they were told besides.
struct Senders {
    let gateway: RunningGateway
    let oracle = Oracle()
    /// What stands behind the words of each report, to make it large.
    var filling = ""

    /// Sends from four connections until `enough`, asked after each answer, or until nobody answers any more.
    func send(_ enough: @escaping @Sendable (_ status: Int) -> Bool) async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    while true {
                        let number = oracle.next()
                        guard let answer = try? await gateway.call(call(number)) else { return }
                        if answer.status == 200 { oracle.remember(number) }
                        if enough(answer.status) { return }
                    }
                }
            }
        }
    }

    private func call(_ number: Int) -> HTTPCall {
        HookSender.call(gateway, id: "fault_\(number)", body: HookSender.report("编号\(number)路灯不亮" + filling))
    }

    /// Sends again what was acknowledged: a report that makes a new ticket now was lost. Gives how many were.
    func missing() async throws -> Int {
        let before = try await gateway.books()
        for number in oracle.acknowledged {
            let answer = try await gateway.call(call(number))
            #expect(answer.status == 200)
        }
        let after = try await gateway.books()
        #expect(after.complaints.isEmpty, "\(after.complaints)")
        return after.tickets - before.tickets
    }

    /// Gives how many were lost, and how many were handed over more than once.
    func lost() async throws -> (lost: Int, doubled: Int) {
        let missing = try await missing()
        let tickets = try await gateway.books().tickets
        let orders = try await eventually("all of it is handed over") {
            let orders = gateway.handedOver(to: "lighting").count
            return orders >= tickets ? orders : nil
        }
        return (missing, orders - tickets)
    }
}
