import Foundation
import Intake
import Servers
import Storage
import Testing

@testable import Gateway

/// Two daemons on one PostgreSQL, with the same mailbox, the same folder of calls and the same departments; the clock of
/// one is an hour ahead.
@Suite("Two nodes on one ledger", .timeLimit(Proof.limit)) struct TwoNodesTests {
    private struct Nodes {
        let dovecot: Dovecot
        let shared: String
        /// Of the database.
        let connection: String
        let one: RunningGateway
        let two: RunningGateway
        private let seen = Numbers()

        init(dovecot: Dovecot, shared: String, connection: String, one: RunningGateway, two: RunningGateway) {
            (self.dovecot, self.shared, self.connection) = (dovecot, shared, connection)
            (self.one, self.two) = (one, two)
        }

        /// What the database says of the right to read the mailbox.
        func lease() throws -> LeaseRow { try #require(try LeaseRow("channel mail", at: connection)) }

        /// `reads` renews nothing any more: its leases end when the database's clock says so, no sooner than they are long, and
        /// `waits` takes over at its first look after that. `deploy/prove` waits for the clock; the tests move it on.
        func takeOver(from reads: RunningGateway, to waits: RunningGateway) async throws {
            let old = try lease()
            #expect(old.left <= Polling.length)
            #expect(old.holder == (reads.folder == one.folder ? "one" : "two"))
            if !Proof.isLong {
                for channel in ["mail", "calls"] {
                    // Frozen in the middle of a transaction it holds the row for as long as the database lets it.
                    _ = try await eventually("the lease is over") {
                        (try? LeaseRow.end("channel \(channel)", at: connection)) == nil ? nil : true
                    }
                }
            }
            let new = try await eventually(within: .seconds(600), "the other takes the mailbox over") {
                let new = try lease()
                return new.fence == old.fence ? nil : new
            }
            #expect(new.fence == old.fence + 1 && new.holder != old.holder)
            _ = try await eventually(within: .seconds(600), "it says so") {
                try await waits.metric("intake_channel_standby", "mail") == 0 ? true : nil
            }
        }

        /// Numbered reports by mail and as calls; what is in the mailbox or the folder is to become a ticket.
        func report(_ count: Int) async throws {
            var mails: [[UInt8]] = []
            for number in seen.next(count) {
                if number % 2 == 0 {
                    mails.append(
                        Array("Message-ID: <\(number)@x>\r\nSubject: \(number)\r\n\r\n编号\(number)路灯不亮\r\n".utf8))
                } else {
                    let call =
                        #"{"turns": [{"side": "citizen", "text": "编号\#(number)路灯不亮"}], "call": {"call_id": "c\#(number)"}}"#
                    try Data(call.utf8).write(to: URL(filePath: "\(shared)/.\(number)"))
                    try FileManager.default.moveItem(
                        atPath: "\(shared)/.\(number)", toPath: "\(shared)/calls/incoming/\(number).json")
                }
            }
            try await dovecot.deliver(mails)
        }

        /// Waits until all reports are handed over; gives the numbers in the orders, with those that came twice twice.
        func done(asking gateway: RunningGateway) async throws -> [Int] {
            let all = seen.count
            _ = try await eventually("all \(all) are tickets and handed over") { () -> Bool? in
                try await gateway.books().tickets >= all && orders.count >= all ? true : nil
            }
            return orders
        }

        private var orders: [Int] {
            let parent = shared + "/outbox/lighting"
            let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
            return names.filter { !$0.hasPrefix(".") }.compactMap { name in
                guard let json = FileManager.default.contents(atPath: "\(parent)/\(name)/order.json") else {
                    return nil
                }
                let text = String(decoding: json, as: UTF8.self)
                return text.range(of: "编号").flatMap { Int(text[$0.upperBound...].prefix { $0.isNumber }) }
            }
        }

        /// Which of the two reads the mailbox.
        func reader() async throws -> (reads: RunningGateway, waits: RunningGateway) {
            try await eventually("one reads, the other stands by") {
                let first = try await one.metric("intake_channel_standby", "mail")
                let second = try await two.metric("intake_channel_standby", "mail")
                return first == 0 && second == 1 ? (one, two) : first == 1 && second == 0 ? (two, one) : nil
            }
        }
    }

    private final class Numbers: Sendable {
        private let last = Oracle()
        var count: Int { last.count }
        func next(_ count: Int) -> [Int] {
            (0..<count).map { _ in
                let number = last.next()
                last.remember(number)
                return number
            }
        }
    }

    /// What a process whose clock is an hour ahead is started under.
    private static func hourAhead(in folder: String) throws -> [String] {
        try Data("3600".utf8).write(to: URL(filePath: folder + "/ahead"))
        return try SteppedClock.under(folder + "/ahead", in: folder)
    }

    private func withNodes(_ body: (Nodes) async throws -> Void) async throws {
        try await withDovecot { dovecot in
            try await withFolder { shared in
                try await on(.postgres) { connection in
                    for folder in ["one", "two", "calls/incoming"] {
                        try FileManager.default.createDirectory(
                            atPath: "\(shared)/\(folder)", withIntermediateDirectories: true)
                    }
                    let channels =
                        HookSender.channel + "\n" + (try dovecot.channel()) + "\n"
                        + "- { name: calls, kind: transcripts, path: \"\(shared)/calls\", scan: 200ms, still: 1s }"
                    func node(_ name: String) throws -> RunningGateway {
                        try RunningGateway(
                            folder: "\(shared)/\(name)", ledger: .postgres, connection: connection, node: name,
                            channels: channels,
                            destinations: "- { name: outbox, kind: folder, path: \"\(shared)/outbox\" }")
                    }
                    let (one, two) = (try node("one"), try node("two"))
                    try await one.start()
                    defer { one.stop(SIGKILL) }
                    try await two.start(under: try TwoNodesTests.hourAhead(in: shared))
                    defer { two.stop(SIGKILL) }
                    let nodes = Nodes(
                        dovecot: dovecot, shared: shared, connection: connection ?? "", one: one, two: two)
                    do { try await body(nodes) } catch {
                        throw RunningGateway.Failed(
                            text: "\(error)\none: \(one.log.suffix(3000))\ntwo: \(two.log.suffix(3000))")
                    }
                    let books = try await one.books()
                    #expect(books.complaints.isEmpty, "\(books.complaints)")
                }
            }
        }
    }

    @Test("nothing comes in twice and nothing is lost, also when one is frozen past its lease and thawed")
    func frozen() async throws {
        try await withNodes { nodes in
            try await nodes.report(20)
            _ = try await nodes.done(asking: nodes.one)
            var orders: [Int] = []
            let rounds = Proof.runs(1, prove: 10)
            for _ in 0..<rounds {
                let (reads, waits) = try await nodes.reader()
                // In the middle of work: of what it holds, nobody hears before its leases end.
                try await nodes.report(20)
                kill(reads.pid, SIGSTOP)
                try await nodes.report(20)
                try await nodes.takeOver(from: reads, to: waits)
                try await nodes.report(20)
                kill(reads.pid, SIGCONT)
                _ = try await eventually("the thawed one stands by") {
                    try await reads.metric("intake_channel_standby", "mail") == 1 ? true : nil
                }
                orders = try await nodes.done(asking: waits)
            }
            let expected = 20 + 60 * rounds
            #expect(orders.sorted() == Array(1...expected))
            #expect(try await nodes.one.books().tickets == expected)
            Proof.row(
                "node frozen past its lease and thawed", runs: rounds, acknowledged: expected,
                lost: expected - Set(orders).count, doubled: orders.count - Set(orders).count)
        }
    }

    @Test("a second daemon of the same name is refused with clear words, and a killed one starts again at once")
    func twins() async throws {
        try await withFolder { folder in
            try await on(.postgres) { connection in
                func node(_ place: String) throws -> RunningGateway {
                    try FileManager.default.createDirectory(
                        atPath: "\(folder)/\(place)", withIntermediateDirectories: true)
                    return try RunningGateway(
                        folder: "\(folder)/\(place)", ledger: .postgres, connection: connection, node: "same",
                        channels: HookSender.channel)
                }
                let (one, twin) = (try node("one"), try node("twin"))
                defer {
                    one.stop(SIGKILL)
                    twin.stop(SIGKILL)
                }
                try await one.start()
                let refusal = await #expect(throws: RunningGateway.Failed.self) { try await twin.start() }
                #expect(refusal?.text.contains("did not start (75)") == true)
                #expect(twin.log.contains("store.node"))
                let report = HookSender.call(one, id: "a", body: HookSender.report("路灯不亮"))
                #expect(try await one.call(report).status == 200)
                one.stop(SIGKILL)
                try await one.start()
                // Ended connections do not part it from its name.
                try await PostgresServer.shared.terminate(connection ?? "")
                _ = try await eventually("it has taken its name again") {
                    let store = try await PostgresStore(conninfo: connection ?? "", node: "same")
                    let isFree = try await store.takeName()
                    await store.close()
                    return isFree ? nil : true
                }
                await #expect(throws: RunningGateway.Failed.self) { try await twin.start() }
            }
        }
    }

    @Test("a node that is stopped or killed hands its mailbox and folder to the other")
    func ended() async throws {
        try await withNodes { nodes in
            try await nodes.report(10)
            _ = try await nodes.done(asking: nodes.one)
            let (reads, waits) = try await nodes.reader()
            #expect(reads.stop() == 0)
            try await nodes.report(10)
            #expect(try await nodes.done(asking: waits).sorted() == Array(1...20))
            // It comes back and stands by; then the other dies without a word.
            try await reads.start()
            _ = try await eventually("it stands by") {
                try await reads.metric("intake_channel_standby", "mail") == 1 ? true : nil
            }
            waits.stop(SIGKILL)
            try await nodes.takeOver(from: waits, to: reads)
            try await nodes.report(10)
            #expect(try await nodes.done(asking: reads).sorted() == Array(1...30))
            try await waits.start()
        }
    }
}
