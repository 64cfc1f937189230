import Foundation

/// Doors with one fault each before an honest server, until they are healed: see Tests/Fixtures/servers/faulty.py.
struct Faulty: Sendable {
    struct Met: Decodable { var met: String }

    let process: ServerProcess
    /// Port of each door, by its name.
    let ports: [String: Int]

    /// Waits until a door with this name, or any, was gone through.
    func met(_ name: String? = nil) async throws {
        while true {
            let met = try await process.next(Met.self).met
            if name == nil || met == name { return }
        }
    }

    func heal() async throws {
        struct Healed: Decodable { var healed: Bool }
        try process.tell("heal")
        _ = try await process.next(Healed.self)
    }
}

/// - Parameter doors: name and fault of each
func withFaulty<Answer>(
    before port: Int, _ doors: [(name: String, fault: String)], _ body: (Faulty) async throws -> Answer
) async throws -> Answer {
    let process = try ServerProcess("faulty.py", ["\(port)"] + doors.map { "\($0.name)=\($0.fault)" })
    defer { process.end() }
    return try await body(
        Faulty(process: process, ports: try await process.next(ServerProcess.Ready<[String: Int]>.self).ready))
}
