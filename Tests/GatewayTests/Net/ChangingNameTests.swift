import Foundation
import Intake
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Gateway

/// Names of departments whose address changes between two looks (DNS rebinding).
@Suite("Names whose address changes, end to end") struct ChangingNameTests {
    private static let name = "department.test"

    /// What a daemon is started under, so that the name has these addresses, one a look-up.
    private func resolver(_ addresses: [String], in folder: String) throws -> [String] {
        let library = folder + "/changing-names.so"
        let compiler = try Process.run(
            URL(filePath: "/usr/bin/env"),
            arguments: [
                "clang", "-shared", "-fPIC", "-o", library, Fixtures.path("servers/changing-names.c"), "-ldl",
            ])
        compiler.waitUntilExit()
        #expect(compiler.terminationStatus == 0)
        try Data(addresses.joined(separator: "\n").utf8).write(to: URL(filePath: folder + "/addresses"))
        return [
            "/usr/bin/env", "LD_PRELOAD=\(library)", "CHANGING_NAME=\(Self.name)",
            "CHANGING_ADDRESSES=\(folder)/addresses", "CHANGING_ANSWERS=\(folder)/answers",
        ]
    }

    /// The addresses the daemon was given so far.
    private func answers(_ folder: String) -> [String] {
        let text = (try? String(contentsOfFile: folder + "/answers", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    /// Runs `body` while whoever connects to this port at 127.0.0.2 is counted.
    private func withForbidden(_ port: Int, _ body: (_ touched: () -> Int) async throws -> Void) async throws {
        let touched = Atomic(0)
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                touched.add(1, ordering: .relaxed)
                return channel.eventLoop.makeSucceededVoidFuture()
            }.bind(host: "127.0.0.2", port: port).get()
        do { try await body { touched.load(ordering: .relaxed) } } catch {
            try await server.close()
            throw error
        }
        try await server.close()
    }

    @Test(
        "a call goes to the address that was checked, whatever the name says a moment later, and to none that is forbidden"
    )
    func changing() async throws {
        try await withHTTPReceiver { receiver in
            let port = try #require(receiver.address.split(separator: ":").last.flatMap { Int($0) })
            try await withForbidden(port) { touched in
                let destinations = """
                    - name: outbox
                      kind: http
                      url: http://\(Self.name):\(port)/status/200
                      plain-http: true
                      networks: [127.0.0.1/32]
                      secrets: ["credential:hook-secret"]
                    """
                try await withFolder { folder in
                    let gateway = try RunningGateway(
                        folder: folder, ledger: .sqlite, connection: nil, channels: HookSender.channel,
                        destinations: destinations)
                    func report(_ id: String) async throws {
                        let call = HookSender.call(gateway, id: id, body: HookSender.report("路灯不亮"))
                        #expect(try await gateway.call(call).status == 200)
                    }
                    // Whoever asked twice, once to check and once to connect, would connect to the second.
                    try await gateway.start(under: try resolver(["127.0.0.1", "127.0.0.2"], in: folder))
                    defer { gateway.stop(SIGKILL) }
                    try await report("allowed")
                    _ = try await receiver.request()
                    #expect(answers(folder) == ["127.0.0.1"] && touched() == 0)
                    gateway.stop()

                    // The same daemon after the name was bent.
                    try await gateway.start(under: try resolver(["127.0.0.2", "127.0.0.1"], in: folder))
                    try await report("bent")
                    let held = try await eventually("it is held and says why") {
                        let told = try await gateway.command(["release"], english: true).output
                        return told.contains("outbox") ? told : nil
                    }
                    #expect(held.contains("127.0.0.2"), "\(held)")
                    #expect(answers(folder).dropFirst().first == "127.0.0.2" && touched() == 0)
                    #expect(try await gateway.books().complaints.isEmpty)
                }
            }
        }
    }
}
