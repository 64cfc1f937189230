import Foundation
import Glibc
import Intake

@testable import Gateway

/// The telephone system beside a running gateway: puts files into its drop, and looks where they end.
struct CallDrop {
    static let channel = """
        - name: calls
          kind: transcripts
          path: "{folder}/calls"
          scan: 200ms
          still: 1s
        """

    let folder: String
    private let incoming: DropFolder

    /// Makes the drop if the gateway has not yet.
    init(_ gateway: RunningGateway) throws {
        folder = gateway.folder + "/calls"
        let root = try DropFolder(path: folder)
        guard let name = DropName("incoming") else { throw RunningGateway.Failed(text: "incoming is no name") }
        incoming = try root.folder(name)
    }

    /// Puts a file in by rename, with its call facts before it.
    func put(_ name: [UInt8], _ text: String, facts: String? = nil) throws {
        guard let name = DropName(name) else { throw RunningGateway.Failed(text: "\(name) names no file") }
        if let facts { try incoming.write(name.cut(adding: DropFile.facts), facts) }
        try incoming.write(name, text)
    }
    func put(_ name: String, _ text: String, facts: String? = nil) throws {
        try put(Array(name.utf8), text, facts: facts)
    }

    /// Writes a file where it lies, as a copying program does.
    func write(_ name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(filePath: path("incoming", name)))
    }

    func path(_ place: String, _ name: String) -> String {
        DropBench.put(away: "\(folder)/\(place)/\(name)")
    }

    /// Files in a place, without reasons and call facts; names that are no text count too.
    func count(_ place: String) throws -> Int {
        var count = 0
        guard let stream = unsafe opendir("\(folder)/\(place)") else { return 0 }
        defer { unsafe _ = closedir(stream) }
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { unsafe Array($0.prefix { $0 != 0 }) }
            let text = String(decoding: name, as: UTF8.self)
            if !text.hasPrefix("."), ![".meta.json", ".reason.txt"].contains(where: text.hasSuffix) { count += 1 }
        }
        return count
    }

    /// Files in all days of `done/`.
    var done: Int {
        let days = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/done")) ?? []
        return days.reduce(0) { $0 + ((try? count("done/\($1)")) ?? 0) }
    }

    func names(_ place: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(place)")) ?? []).sorted()
    }

    /// Work orders handed over, as text.
    static func orders(_ gateway: RunningGateway) -> [String] {
        let outbox = gateway.state + "/outbox"
        let departments = (try? FileManager.default.contentsOfDirectory(atPath: outbox)) ?? []
        return departments.flatMap { gateway.handedOver(to: $0) }.filter { !$0.json.isEmpty }
            .map { String(decoding: $0.json, as: UTF8.self) }
    }
}
