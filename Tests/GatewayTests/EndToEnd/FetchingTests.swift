import Foundation
import Intake
import Storage
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
}
