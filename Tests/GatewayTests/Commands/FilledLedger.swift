import Foundation
import Intake
import Storage
import Testing

@testable import Gateway

/// A ledger filled through the inbox without a daemon, and the real executable to look at it.
struct FilledLedger {
    let gateway: RunningGateway
    let keys: Keys

    /// Runs `body` with an empty ledger in a folder of its own; the channel `cti` is a webhook.
    static func run(
        channels: String = HookSender.channel, _ body: (FilledLedger) async throws -> Void
    ) async throws {
        try await withFolder { folder in
            let gateway = try RunningGateway(
                folder: folder, ledger: .sqlite, connection: nil, channels: channels)
            try FileManager.default.createDirectory(
                atPath: gateway.state, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let ledger = FilledLedger(gateway: gateway, keys: try Keys(master: Data(repeating: 7, count: 32)))
            try await ledger.withStore { store in
                _ = try await store.canary(try ledger.keys.seal(Data("canary".utf8), as: "canary"))
            }
            try await body(ledger)
        }
    }

    func withStore<Answer>(_ body: (SQLiteStore) async throws -> Answer) async throws -> Answer {
        let store = try SQLiteStore(path: gateway.state + "/ledger.sqlite")
        let answer = try await body(store)
        await store.close()
        return answer
    }

    /// Keeps parcels through the inbox, one after another; gives all receipts.
    @discardableResult
    func keep(_ parcels: [Parcel]) async throws -> [Receipt] {
        try await withStore { store in
            let inbox = Inbox(store: store, keys: keys, day: { Day($0, offset: .seconds(8 * 3600)) })
            async let running: Void = inbox.run()
            var receipts: [Receipt] = []
            for parcel in parcels { receipts += try await inbox.accept(parcel) }
            inbox.close()
            await running
            return receipts
        }
    }

    static func parcel(_ id: String, _ content: Item.Content, body: String = "", envelope: [String: String] = [:])
        -> Parcel
    {
        Parcel(
            channel: "cti", received: .wall, envelope: envelope, body: .bytes(Data(body.utf8)),
            items: [Item(sourceID: id, content: content)])
    }

    static func report(_ text: String, phone: String? = nil, followsUp: String? = nil) -> Item.Content {
        let people = phone.map { [Party(name: "测试员", contacts: [Contact(kind: .phone, value: $0)])] } ?? []
        return .submission(Submission(text: text, followsUp: followsUp, people: people))
    }

    /// Changes the ledger behind everybody's back.
    func tamper(_ sql: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", "-c",
            "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.commit(); c.close()",
            gateway.state + "/ledger.sqlite", sql,
        ]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}

extension RunningGateway {
    /// The JSON lines a command gives, with its exit code.
    func lines<Line: Decodable>(
        _ type: Line.Type, _ arguments: [String], file: String? = nil, under tool: [String] = []
    ) async throws -> (status: Int32, lines: [Line], output: String) {
        let (status, output) = try await command(arguments + ["--json"], file: file, under: tool)
        let lines = output.split(separator: "\n").filter { $0.hasPrefix("{") }
        return (status, lines.compactMap { try? JSONDecoder().decode(type, from: Data($0.utf8)) }, output)
    }

    /// The configuration with the port that the running daemon really listens on.
    func fileWithPort() throws -> String {
        let text = try String(contentsOfFile: folder + "/intake.yaml", encoding: .utf8)
        let port = privateURL.split(separator: ":").last ?? ""
        let file = folder + "/with-port.yaml"
        try text.replacing("private: \"127.0.0.1:0\"", with: "private: \"127.0.0.1:\(port)\"")
            .write(toFile: file, atomically: true, encoding: .utf8)
        return file
    }
}
