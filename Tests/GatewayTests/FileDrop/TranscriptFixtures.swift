import Foundation
import Gateway
import Intake

/// The transcripts in Tests/Fixtures/transcripts: one hotline call, written as each product would write it.
enum TranscriptFixtures {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/transcripts")

    static func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appending(path: name))) }

    static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    static func read(_ name: String) throws -> Transcript { try TranscriptReader().read(try bytes(name), name: name) }

    static let zone = Zone("+08:00") ?? .utc
}
