import Foundation
import Hummingbird
import Intake
import Logging
import NIOCore
import NIOPosix
import Servers
import ServiceLifecycle
import Storage
import Synchronization

@testable import Gateway

/// Channels behind the real listener, inbox and embedded ledger, on loopback, in a folder of their own.
struct LiveGateway {
    let port: Int
    let store: SQLiteStore
    let tools: Tools
    let folder: String

    /// The clock of the test: what `tools.now` says.
    final class Clock: Sendable {
        private let instant: Mutex<Instant>
        init(_ instant: Instant) { self.instant = Mutex(instant) }
        var now: Instant {
            get { instant.withLock { $0 } }
            set { instant.withLock { $0 = newValue } }
        }
    }

    /// Runs `body` against the channels that `make` gives, and stops all when it is done. `refuse` is what the store
    /// says to every commit instead of keeping, if it is not nil; `keeper` stands between inbox and store, and `ticks` is
    /// the inbox's clock.
    static func run(
        clock: Clock, refuse: Trouble? = nil, keeper: (any Store) -> any Keeper = { $0 },
        ticks: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        channels make: (Tools) throws -> [any Gateway.Channel],
        _ body: (LiveGateway) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("intake-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder + "/scratch", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try SQLiteStore(path: folder + "/ledger.db")
        let keys = try Keys(master: Data(repeating: 7, count: 32))
        let city = try City.load(directory: Fixtures.path("small-city"))
        let tools = Tools(
            keys: keys, store: store, blobs: try FileBlobs(folder: folder + "/blobs"), city: { city },
            network: try Network(now: { clock.now }), now: { clock.now }, metrics: Metrics(),
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            state: folder)
        let inbox = Inbox(
            store: keeper(store), keys: keys, day: { Day($0, offset: .seconds(8 * 3600)) }, clock: ticks)
        if refuse != nil { inbox.close() }
        let router = Router(context: GatewayContext.self)
        for channel in try make(tools) { channel.routes(router, into: inbox) }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await inbox.run() }
            let result: Result<Void, any Error>
            do {
                result = .success(
                    try await withLoopback(router) { port in
                        try await body(LiveGateway(port: port, store: store, tools: tools, folder: folder))
                    })
            } catch { result = .failure(error) }
            inbox.close()
            try await tasks.waitForAll()
            try result.get()
        }
        await store.close()
    }

    struct Answer: Sendable {
        var status: Int
        var headers: [String: String]
        var body: String
    }

    /// Sends one request exactly as given and reads until the connection ends.
    func send(
        _ method: String, _ path: String, headers: [(name: String, value: String)] = [], body: [UInt8] = []
    ) async throws -> Answer {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        if method == "POST" { head += "Content-Length: \(body.count)\r\n" }
        for header in headers { head += "\(header.name): \(header.value)\r\n" }
        return try await LiveGateway.exchange(port: port, Array((head + "\r\n").utf8) + body)
    }

    /// Status 0 where no answer came. Who is refused before all was sent has his answer all the same.
    static func exchange(port: Int, _ bytes: [UInt8]) async throws -> Answer {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            do { try await outbound.write(ByteBuffer(bytes: bytes)) } catch ChannelError.ioOnClosedChannel {}
            var all: [UInt8] = []
            for try await piece in inbound { all.append(contentsOf: piece.readableBytesView) }
            return answer(String(decoding: all, as: UTF8.self))
        }
    }

    private static func answer(_ text: String) -> Answer {
        guard let end = text.range(of: "\r\n\r\n") else { return Answer(status: 0, headers: [:], body: text) }
        let lines = text[..<end.lowerBound].split(separator: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let halves = line.split(separator: ":", maxSplits: 1)
            headers[halves[0].lowercased()] = halves.count > 1 ? halves[1].trimmed : ""
        }
        let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return Answer(status: status, headers: headers, body: String(text[end.upperBound...]))
    }

    /// What of the books does not agree, and the arrivals by class.
    func books() async throws -> (complaints: [Phrase], arrivals: [String: Int]) {
        let books = try await store.books()
        return (books.complaints, books.arrivals)
    }
}

/// Settings of one channel from YAML, with secrets in a folder.
func channelSettings(_ yaml: String, secrets: [String: String], in folder: String) throws -> Settings {
    for (name, value) in secrets {
        try Data((value + "\n").utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }
    return Settings.read(text: yaml, file: "test.yaml", credentials: folder)
}
