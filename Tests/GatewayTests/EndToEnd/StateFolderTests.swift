import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("The state folder") struct StateFolderTests {
    @Test("a second daemon on the same folder is refused, and the first goes on")
    func second() async throws {
        try await withGateway(.sqlite, channels: "") { gateway in
            let (status, output) = try await gateway.command(["serve"])
            #expect(status == 75)
            #expect(output.contains("another daemon runs on"))
            #expect(try await gateway.inside("/readyz").status == 200)
        }
    }
}
