import Foundation
import Intake
import Storage
import Synchronization
import Testing

@testable import Gateway

@Suite("Files left with the sender") struct FetchingTests {
    @Test("one that is not to be had is noted, and no department gets a second work order for it") func missing()
        async throws
    {
        try await withHTTPReceiver(tls: true) { receiver in
            let files = #"files: { networks: ["127.0.0.0/8", "::1/128"], ca-file: "\#(receiver.caFile ?? "")" }"#
            try await withGateway(.sqlite, channels: HookSender.channel + "\n  " + files) { gateway in
                // The sender's server does not have it: refused for good.
                let address = "\(receiver.address)/status/404"
                let body =
                    #"{"data":{"text":"路灯不亮","place":{"area":"east"},"attachments":[{"url":"\#(address)"}]}}"#
                #expect(try await gateway.call(HookSender.call(gateway, id: "one", body: body)).status == 200)
                let store = try SQLiteStore(path: gateway.state + "/ledger.sqlite")
                let entries: [Entry] = try await eventually("it was looked for, and the report is settled") {
                    let entries = try await store.entries(of: [1])
                    let kinds = Set(entries.map(\.kind))
                    return kinds.isSuperset(of: [.fetched, .settled]) ? entries : nil
                }
                #expect(entries.count { $0.kind == .settled } == 1)
                #expect(try await store.lanes().allSatisfy { $0.lane != .settle })
                await store.close()
            }
        }
    }

    /// A platform whose files take as long as the test says.
    private struct SlowFiles: Gateway.Channel {
        static let kind = "slow-files"
        static let example = ""
        var fetching: @Sendable () async throws -> Void = {}

        init(name: String, _ settings: Settings, _ tools: Tools) {}
        init(_ fetching: @escaping @Sendable () async throws -> Void) { self.fetching = fetching }

        func read(_ raw: RawParcel) async throws(Trouble) -> [Item] { [] }
        func fetch(_ remote: String) async throws(Trouble) -> Intake.Attachment {
            do { try await fetching() } catch let trouble as Trouble { throw trouble } catch {
                throw .passing("\(error)")
            }
            return Intake.Attachment(name: remote, type: "image/jpeg", content: .missing("gone"))
        }
    }

    /// Runs `body` with a ledger that holds one report with five files, and what a fetching desk needs.
    private func withFiles(
        _ body: (LiveGateway, LiveGateway.Clock, Works) async throws -> Void
    ) async throws {
        let clock = LiveGateway.Clock(.wall)
        try await LiveGateway.run(clock: clock, channels: { _ in [] }) { gateway in
            _ = try RunningGateway(
                folder: gateway.folder, ledger: .sqlite, connection: nil, channels: HookSender.channel)
            let keys = gateway.tools.keys
            let inbox = Inbox(store: gateway.store, keys: keys, day: { Day($0, offset: .zero) })
            let manager = ServiceManager(environment: ["CREDENTIALS_DIRECTORY": gateway.folder + "/credentials"])
            let configuration = Configuration(
                file: gateway.folder + "/intake.yaml", manager: manager, state: gateway.folder,
                complaints: Complaints())
            let works = try Works(configuration, tools: gateway.tools, inbox: inbox)
            let files = (1...5).map { Intake.Attachment(name: "\($0)", type: "", content: .remote("\($0)")) }
            let item = Item(sourceID: "a", content: .submission(Submission(text: "路灯", attachments: files)))
            let parcel = Parcel(
                channel: "cti", received: clock.now, envelope: [:], body: .bytes(Data()), items: [item])
            _ = try await gateway.store.accept([try keys.seal(parcel, day: { Day($0, offset: .zero) })])
            try await body(gateway, clock, works)
        }
    }

    private static let lane = Lane.fetch(channel: "cti")

    @Test("files that take longer than a lease stay with who fetches them: nobody else begins with them") func renewed()
        async throws
    {
        try await withFiles { gateway, clock, works in
            let stolen = Mutex(0)
            let slow = SlowFiles {
                // As long as one may take; meanwhile another worker looks for work.
                clock.now = clock.now + .seconds(300)
                let jobs = try await gateway.store.claim(
                    Self.lane, limit: 8, now: clock.now, lease: Fetching.lease)
                stolen.withLock { $0 += jobs.count }
            }
            let fetching = Fetching(channel: slow, works: works)
            let clerk = Clerk(store: gateway.store, desks: [], now: { clock.now }, log: gateway.tools.log)
            #expect(works.desks.contains { $0.lane == Self.lane && $0.batch() == 1 })
            let desk = Clerk.Desk(lane: Self.lane, batch: 1, lease: Fetching.lease) { await fetching.work($0) }
            #expect(await clerk.turn(desk) == 1)
            #expect(stolen.withLock { $0 } == 0)
            let kinds = try await gateway.store.entries(of: [1]).map(\.kind)
            #expect(kinds.count { $0 == .fetched } == 5)
            #expect(await clerk.turn(desk) == 0)
        }
    }

    @Test("files that a person must see to make one alert for their ticket, also when more come later") func alerted()
        async throws
    {
        try await withFiles { gateway, clock, works in
            let refused = SlowFiles { throw Trouble.needsPerson("地址不在 networks 之内", "an address outside networks") }
            let fetching = Fetching(channel: refused, works: works)
            let jobs = try await gateway.store.claim(Self.lane, limit: 1, now: clock.now, lease: Fetching.lease)
            let outcomes = await fetching.work(jobs)
            #expect(outcomes.map(\.deliveries.count) == [1])
            let content = try #require(outcomes.first?.deliveries.first).content
            let message = try gateway.tools.keys.open(Message.self, content, as: "delivery")
            guard case .alert(let alert) = message else { throw Trouble.lasting("no alert") }
            #expect(alert.title.hasSuffix(": 5") && alert.text.split(separator: "\n").count == 5)
            #expect(try await gateway.store.apply(outcomes) == [true])
            let again = try await gateway.store.claim(
                Self.lane, limit: 1, now: clock.now + .seconds(86_400), lease: Fetching.lease)
            var first = try #require(again.first)
            // As of a follow-up with files of its own.
            first.attempts = 0
            #expect(await fetching.work([first]).map(\.deliveries.count) == [0])
        }
    }

    @Test(
        "who is frozen in the middle of a fetch past the lease, and thawed, writes nothing that another wrote before",
        arguments: [1, 3, 5])
    func frozen(file: Int) async throws {
        try await withFiles { gateway, clock, works in
            let asked = Mutex(0)
            let slow = SlowFiles {
                let count = asked.withLock { asked in
                    asked += 1
                    return asked
                }
                guard count == file else { return }
                // The lease ends meanwhile, and another node does all of it.
                clock.now = clock.now + Fetching.lease
                let jobs = try await gateway.store.claim(Self.lane, limit: 1, now: clock.now, lease: Fetching.lease)
                let done = await Fetching(channel: SlowFiles {}, works: works).work(jobs)
                #expect(try await gateway.store.apply(done) == [true])
            }
            let jobs = try await gateway.store.claim(Self.lane, limit: 1, now: clock.now, lease: Fetching.lease)
            let late = await Fetching(channel: slow, works: works).work(jobs)
            // It stops at the next file; of the last one it learns when it writes.
            #expect(asked.withLock { $0 } == file)
            #expect(try await gateway.store.apply(late) == late.map { _ in false })
            let kinds = try await gateway.store.entries(of: [1]).map(\.kind)
            #expect(kinds.count { $0 == .fetched } == 5)
            #expect(try await gateway.store.lanes().allSatisfy { $0.lane != Self.lane })
        }
    }

    @Test("who lost the lease fetches nothing more") func lost() async throws {
        try await withFiles { gateway, clock, works in
            let asked = Mutex(0)
            let fetching = Fetching(channel: SlowFiles { asked.withLock { $0 += 1 } }, works: works)
            let first = try await gateway.store.claim(Self.lane, limit: 1, now: clock.now, lease: Fetching.lease)
            clock.now = clock.now + Fetching.lease
            let second = try await gateway.store.claim(Self.lane, limit: 1, now: clock.now, lease: Fetching.lease)
            #expect(await fetching.work(first).isEmpty && asked.withLock { $0 } == 0)
            #expect(await fetching.work(second).count == 1 && asked.withLock { $0 } == 5)
        }
    }
}
