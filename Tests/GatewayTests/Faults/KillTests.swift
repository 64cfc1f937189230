import Foundation
import Testing

@testable import Gateway

@Suite("The process is killed", .timeLimit(Proof.limit)) struct KillTests {
    @Test("nothing that was acknowledged is lost, and nothing is handed over twice", arguments: Backend.allCases)
    func killed(ledger: Backend) async throws {
        try await withFolder { folder in
            try await withDovecot { mailbox in
                let secrets = folder + "/wechat"
                try FileManager.default.createDirectory(atPath: secrets, withIntermediateDirectories: true)
                let platform = WeChatPlatform()
                func run(_ connection: String?) async throws {
                    let channels = [
                        Reporters.channels, Reporters.form, try mailbox.channel("mail", ["poll: 1s"]),
                        try platform.channel(in: secrets, "rest: 0s"),
                    ]
                    let gateway = try RunningGateway(
                        folder: folder, ledger: ledger, connection: connection,
                        channels: channels.joined(separator: "\n"))
                    let kills = Proof.runs(20, prove: 200)
                    let (acknowledged, lost, doubled) = try await KillLoop(
                        gateway: gateway, kills: kills, seed: Proof.seed, mailbox: mailbox, platform: platform
                    ).run()
                    #expect(lost == 0 && doubled == 0)
                    Proof.row(
                        "kill -9: \(ledger.rawValue)", runs: kills, acknowledged: acknowledged, lost: lost,
                        doubled: doubled)
                }
                try await on(ledger, run)
            }
        }
    }
}
