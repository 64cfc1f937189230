import Foundation
import Intake
import Testing

@testable import Gateway

/// Against a server that says OK and hands nothing over: see Tests/Fixtures/servers/imap_withholding.py.
@Suite("Mails a server does not hand over") struct WithheldMailTests {
    struct Look: Decodable, Equatable {
        var inbox: [Int]
        var flagged: [Int]
    }

    func look(_ server: ServerProcess, _ command: String = "look") async throws -> Look {
        try server.tell(command)
        return try await server.next(Look.self)
    }

    @Test("they are set aside and stay, and are tickets once the server hands them over") func withheld() async throws {
        try await withFolder { folder in
            let server = try ServerProcess("imap_withholding.py", [])
            defer { server.end() }
            let port = try await server.next(ServerProcess.Ready<Int>.self).ready
            try "secret".write(toFile: folder + "/password", atomically: true, encoding: .utf8)
            let channel =
                "- { name: mail, kind: imap, host: 127.0.0.1, port: \(port), security: plain, user: hotline, "
                + "password: \"file:\(folder)/password\", poll: 1s }"
            try await withGateway(.sqlite, channels: channel) { gateway in
                let books = try await eventually("every mail is in the books") { () -> Books? in
                    let books = try await gateway.books()
                    return books.items == 3 ? books : nil
                }
                #expect(books.tickets == 1 && books.quarantined == 2)
                let aside = try await eventually("the one that was read is moved") { () -> Look? in
                    let seen = try await look(server)
                    return seen.inbox == [1, 2] && seen.flagged == [1, 2] ? seen : nil
                }
                #expect(aside.inbox == [1, 2])
                // A new connection finds them below its cursor and without their flags.
                gateway.stop(SIGTERM)
                _ = try await look(server, "heal")
                try await gateway.start()
                let after = try await eventually("they are moved") { () -> Books? in
                    try await look(server).inbox.isEmpty ? try await gateway.books() : nil
                }
                #expect(after.tickets == 3)
            }
        }
    }
}
