import Foundation
import Intake
import Servers
import Testing

@testable import Gateway

/// Departments whose servers answer, beside others whose servers are dead, slow or silent and have orders waiting.
@Suite("Honest destinations beside dead ones", .timeLimit(Proof.limit)) struct HonestTests {
    private struct Dead {
        var name: String
        var fault: String
        var orders: Int

        static let all: [Dead] =
            [
                // Fewer orders than tries that open a circuit.
                Dead(name: "refuses-one", fault: "refuse", orders: 1),
                Dead(name: "resets-two", fault: "reset", orders: 2),
                Dead(name: "babbles-three", fault: "garbage", orders: 3), Dead(name: "hangs", fault: "hang", orders: 8),
                Dead(name: "drips", fault: "drip", orders: 8), Dead(name: "refuses", fault: "refuse", orders: 8),
            ]
            + (Proof.isLong
                ? (0..<12).map { Dead(name: "hangs-few-\($0)", fault: "hang", orders: 1 + $0 % 3) }
                    + (0..<12).map { Dead(name: "silent-\($0)", fault: "silent:0", orders: 100) } : [])
    }

    private static let honest = (1...8).map { "honest-\($0)" }

    private static func destination(_ name: String, _ port: Int) -> String {
        """
        - name: \(name)
          kind: http
          url: http://127.0.0.1:\(port)/status/200
          plain-http: true
          networks: [127.0.0.0/8]
          secrets: ["credential:hook-secret"]
        """
    }

    @Test(
        "the honest get every order meanwhile; each dead one is shown to the administrator, however few wait for it",
        arguments: Proof.isLong ? Backend.allCases : [.sqlite])
    func beside(_ ledger: Backend) async throws {
        try await withHTTPReceiver { receiver in
            let upstream = Int(receiver.address.split(separator: ":").last ?? "") ?? 0
            try await withFaulty(before: upstream, Dead.all.map { ($0.name, $0.fault) }) { faulty in
                let destinations =
                    Dead.all.map { Self.destination($0.name, faulty.ports[$0.name] ?? 1) }
                    + Self.honest.map { Self.destination($0, upstream) } + [
                        "- { name: outbox, kind: folder, path: outbox }"
                    ]
                try await withGateway(
                    ledger, channels: HookSender.channel, destinations: destinations.joined(separator: "\n"),
                    prepare: { try DeafCity.prepare($0, Dead.all.map(\.name) + Self.honest, together: Self.honest) }
                ) { gateway in
                    // Until calls at once have grown.
                    _ = try await rate(gateway, receiver, "warm", Proof.runs(5, prove: 80))
                    let alone = try await median(gateway, receiver, "alone")
                    for dead in Dead.all {
                        try await report(
                            gateway,
                            (0..<dead.orders).map { ("\(dead.name)_\($0)", "编号\($0)\(DeafCity.word(dead.name))") })
                    }
                    try await waiting(gateway)
                    let beside = try await median(gateway, receiver, "beside")
                    try await waiting(gateway)
                    Proof.ratio("honest orders a second (\(ledger))", alone: alone, beside: beside)
                    try await shown(gateway)
                }
            }
        }
    }

    /// Of several rounds, because the machine may have other things to do.
    private func median(_ gateway: RunningGateway, _ receiver: HTTPReceiver, _ phase: String) async throws -> Double {
        var rates: [Double] = []
        for round in 0..<Proof.runs(1, prove: 5) {
            rates.append(try await rate(gateway, receiver, "\(phase)\(round)", Proof.runs(15, prove: 80)))
        }
        return rates.sorted()[rates.count / 2]
    }

    /// Reports so much to all honest departments at once; gives how many orders a second they got, all of them.
    private func rate(
        _ gateway: RunningGateway, _ receiver: HTTPReceiver, _ phase: String, _ count: Int
    ) async throws -> Double {
        let began = ContinuousClock.now
        async let sent: Void = report(
            gateway, (0..<count).map { ("\(phase)_\($0)", "编号\(phase)\($0)\(DeafCity.word("all"))") })
        var keys: Set<String> = []
        while keys.count < count * Self.honest.count {
            let request = try await receiver.request()
            guard String(decoding: request.body, as: UTF8.self).contains("编号\(phase)") else { continue }
            keys.insert(request.header("webhook-id") ?? "")
        }
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        try await sent
        return Double(keys.count) / seconds
    }

    private func report(_ gateway: RunningGateway, _ reports: [(id: String, text: String)]) async throws {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for (place, report) in reports.enumerated() {
                if place >= 16 { #expect(try await group.next() == 200) }
                group.addTask {
                    try await gateway.call(
                        HookSender.call(gateway, id: report.id, body: HookSender.report(report.text))
                    ).status
                }
            }
            for try await status in group { #expect(status == 200) }
        }
    }

    private struct State: Decodable {
        var destination: String
        var waiting: Int
        var leftAlone: Bool?
    }

    /// What `intake queue` says of the destinations that orders wait for.
    private func states(_ gateway: RunningGateway) async throws -> [String: State] {
        let output = try await gateway.command(["queue", "--json"], file: try gateway.fileWithPort()).output
        let states = output.split(separator: "\n").compactMap {
            try? JSONDecoder().decode(State.self, from: Data($0.utf8))
        }
        return Dictionary(states.map { ($0.destination, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Waits until every order for a dead destination waits there.
    private func waiting(_ gateway: RunningGateway) async throws {
        _ = try await eventually("orders wait for each dead one") {
            let states = try await states(gateway)
            return Dead.all.allSatisfy { states[$0.name]?.waiting == $0.orders } ? true : nil
        }
    }

    /// Waits until each dead destination is left alone, which the administrator hears once.
    private func shown(_ gateway: RunningGateway) async throws {
        var missing: [String] = []
        defer { #expect(missing.isEmpty) }
        _ = try await eventually("each is shown") {
            let states = try await states(gateway)
            missing = Dead.all.map(\.name).filter { states[$0]?.leftAlone != true }
            return missing.isEmpty ? true : nil
        }
        let doctor = try await gateway.command(["doctor"], english: true, file: try gateway.fileWithPort()).output
        let alerts = try await eventually("the alerts are there") {
            let alerts = gateway.handedOver(to: "operator").map { String(decoding: $0.json, as: UTF8.self) }
            return alerts.count >= Dead.all.count ? alerts : nil
        }
        for dead in Dead.all {
            #expect(doctor.contains("\(dead.name) is left alone"), "\(dead.name)")
            #expect(alerts.count { $0.contains("orders wait: \(dead.name)\"") } == 1, "\(dead.name)")
        }
    }
}
