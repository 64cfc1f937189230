import Foundation
import Intake
import Storage
import Testing

@testable import Gateway

@Suite("Files of a form") struct StagingTests {
    @Test("files nobody came back for go after a week; those of a ticket stay") func swept() async throws {
        let clock = LiveGateway.Clock(.wall)
        try await LiveGateway.run(clock: clock) { tools in
            [FormChannel(name: "web", try channelSettings(FormChannel.example, secrets: [:], in: tools.state), tools)]
        } _: { gateway in
            func send(_ text: String) async throws -> LiveGateway.Answer {
                var form = SampleForm()
                let token = FormToken(issued: clock.now - .seconds(60)).text(gateway.tools.keys)
                for (name, value) in [("token", token), ("consent", "2026-01"), ("text", text)] where !value.isEmpty {
                    form.field(name, value)
                }
                form.file("photo.jpg", FormReaderTests.jpeg + Array(text.utf8))
                return try await gateway.send(
                    "POST", "/",
                    headers: [("Content-Type", "multipart/form-data; boundary=\(SampleForm.boundary)")],
                    body: form.whole)
            }
            #expect(try await send("路灯不亮").status == 303)
            #expect(try await send("").status == 422)
            clock.now = clock.now + Staging.lifetime + .seconds(1)
            let gone = try await gateway.store.sweepStaged(before: clock.now - Staging.lifetime)
            #expect(gone.count == 1)
            let again = try await gateway.store.sweepStaged(before: clock.now)
            #expect(again.isEmpty)
        }
    }
}
