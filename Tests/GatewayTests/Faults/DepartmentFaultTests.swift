import Foundation
import Intake
import Servers
import Storage
import Testing

@testable import Gateway

/// Every fault of the table at once, on the real daemon: which outcome, nothing lost, nothing doubled, the others go on.
@Suite("Departments whose servers fail", .timeLimit(Proof.limit)) struct DepartmentFaultTests {
    /// Orders for each department: enough to open a circuit.
    private static let orders = 5

    /// What the ledger says of each department's deliveries.
    private struct Fate {
        var state: Delivery.State
        var first: Attempt.Result?
        var attempts: Int
    }

    private func fates(_ gateway: RunningGateway, _ connection: String?) async throws -> [String: [Fate]] {
        let store: any Store =
            if let connection { try await PostgresStore(conninfo: connection, node: "test") } else {
                try SQLiteStore(path: gateway.state + "/ledger.sqlite")
            }
        var fates: [String: [Fate]] = [:]
        for ticket in try await store.tickets(after: 0, limit: 1000) {
            for delivery in try await store.deliveries(of: ticket.number.id) {
                let attempts = try await store.attempts(of: delivery.id)
                fates[delivery.recipient, default: []].append(
                    Fate(state: delivery.state, first: attempts.first?.result, attempts: attempts.count))
            }
        }
        await store.close()
        return fates
    }

    private func destinations(_ http: Faulty, _ mail: Faulty) -> String {
        DepartmentFault.all.map { fault in
            fault.destination(port: (fault.way == .http ? http : mail).ports[fault.name] ?? 1)
        }.joined(separator: "\n") + "\n- { name: outbox, kind: folder, path: outbox }"
    }

    private func doors(_ way: DepartmentFault.Way) -> [(name: String, fault: String)] {
        DepartmentFault.all.filter { $0.way == way }.map { ($0.name, $0.fault) }
    }

    @Test(
        "each outcome is the right one, the honest get theirs meanwhile, and healed each order arrives under one key",
        arguments: Proof.isLong ? Backend.allCases : [.sqlite])
    func table(_ ledger: Backend) async throws {
        try await withHTTPReceiver { receiver in
            try await withSMTPSink { sink in
                let upstream = Int(receiver.address.split(separator: ":").last ?? "") ?? 0
                try await withFaulty(before: upstream, doors(.http)) { http in
                    try await withFaulty(before: sink.port, doors(.mail)) { mail in
                        let ended = try await run(ledger, http, mail)
                        let keys = try await arrived(receiver, sink)
                        for fault in DepartmentFault.all {
                            Proof.row(
                                "department \(fault.name) (\(ledger))", runs: 1, acknowledged: Self.orders,
                                lost: Self.orders - (ended[fault.name] ?? 0),
                                doubled: max(0, (keys[fault.name]?.count ?? 0) - Self.orders))
                        }
                    }
                }
            }
        }
    }

    /// How many orders of each ended as they ought to.
    private func run(_ ledger: Backend, _ http: Faulty, _ mail: Faulty) async throws -> [String: Int] {
        let all = DepartmentFault.all
        var ended: [String: Int] = [:]
        try await withGateway(
            ledger, channels: HookSender.channel, destinations: destinations(http, mail),
            prepare: { try DeafCity.prepare($0, all.map(\.name)) }
        ) { gateway in
            let connection = try? String(contentsOfFile: gateway.folder + "/credentials/connection", encoding: .utf8)
            for number in 0..<Self.orders {
                for words in all.map({ DeafCity.word($0.name) }) + ["路灯不亮"] {
                    let body = HookSender.report("编号\(number)\(words)")
                    let id = "\(number)_\(words.hashValue.magnitude)"
                    #expect(try await gateway.call(HookSender.call(gateway, id: id, body: body)).status == 200)
                }
            }
            _ = try await eventually("the honest department has all of its own while the others fail") {
                gateway.handedOver(to: "lighting").count == Self.orders ? true : nil
            }
            var missing: [String] = []
            defer { #expect(missing.isEmpty) }
            // Four tries open a circuit, and a mail server that says nothing once it has the mail takes a minute for each.
            let failing = try await eventually(within: .seconds(600), "each fault was met") {
                let fates = try await fates(gateway, connection)
                var unmet = all.filter { fates[$0.name]?.contains { $0.first != nil } != true }
                for fault in all where fault.opens {
                    if try await gateway.metric("intake_destination_up", fault.name) != 0 { unmet.append(fault) }
                }
                missing = unmet.map(\.name)
                return unmet.isEmpty ? fates : nil as [String: [Fate]]?
            }
            for fault in all {
                let firsts = failing[fault.name]?.compactMap(\.first) ?? []
                #expect(Set(firsts) == [fault.result], "\(fault.name): \(firsts)")
                #expect(try await gateway.metric("intake_destination_up", fault.name) == (fault.opens ? 0 : 1))
                #expect(failing[fault.name]?.contains { $0.state == .delivered } == false, "\(fault.name)")
            }
            try await http.heal()
            try await mail.heal()
            // Who was known to be dead for minutes is asked again after a pause of as many.
            let ends = try await eventually(within: .seconds(1200), "all that can be is handed over") {
                let fates = try await fates(gateway, connection)
                let over = all.allSatisfy { fault in
                    fates[fault.name]?.count == Self.orders
                        && fates[fault.name]?.allSatisfy { $0.state == fault.end.state } == true
                }
                return over ? fates : nil
            }
            // Who is known to be dead is not hammered: four to find out, and then one after each pause.
            for fault in all where fault.end == .waiting {
                #expect((ends[fault.name] ?? []).map(\.attempts).reduce(0, +) <= 4 + 8, "\(fault.name)")
            }
            let alerts = gateway.handedOver(to: "operator").map { String(decoding: $0.json, as: UTF8.self) }
            for fault in all where fault.opens {
                #expect(alerts.count { $0.contains("orders wait: \(fault.name)\"") } == 1, "\(fault.name)")
            }
            for fault in all { ended[fault.name] = ends[fault.name]?.count { $0.state == fault.end.state } }
        }
        return ended
    }

    /// What the honest servers behind the doors got: the keys of each department's orders, each order under one, however
    /// often.
    private func arrived(_ receiver: HTTPReceiver, _ sink: SMTPSink) async throws -> [String: Set<String>] {
        var keys: [String: Set<String>] = [:]
        let healed = DepartmentFault.all.filter { $0.end == .delivered }
        func wait(_ way: DepartmentFault.Way, _ next: () async throws -> Void) async throws {
            let faults = healed.filter { $0.way == way }
            while faults.map({ keys[$0.name]?.count ?? 0 }).reduce(0, +) < faults.count * Self.orders {
                try await next()
            }
            for fault in faults { #expect(keys[fault.name]?.count == Self.orders, "\(fault.name)") }
        }
        try await wait(.http) {
            let request = try await receiver.request()
            let text = String(decoding: request.body, as: UTF8.self)
            let fault = try #require(DepartmentFault.all.first { text.contains(DeafCity.word($0.name)) })
            keys[fault.name, default: []].insert(request.header("webhook-id") ?? "")
        }
        try await wait(.mail) {
            let mail = try await sink.mail()
            let head = mail.text.split(whereSeparator: \.isNewline).first { $0.lowercased().hasPrefix("message-id:") }
            let name = try #require(mail.to.first?.split(separator: "@").first)
            keys[String(name), default: []].insert(String(head ?? ""))
        }
        return keys
    }
}

extension DepartmentFault.End {
    fileprivate var state: Delivery.State {
        switch self {
        case .delivered: .delivered
        case .held: .held
        case .waiting: .pending
        }
    }
}
