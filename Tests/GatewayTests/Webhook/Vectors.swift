import Foundation

/// One file of `Tests/Fixtures/vectors`: public constants of a platform, each with its source.
struct Vectors<Vector: Decodable & Sendable>: Decodable {
    var vectors: [Vector]

    /// All vectors of a file whose `kind` is one of `kinds`. A missing file or no such vector gives an empty list, which
    /// the counting test of each suite catches.
    static func read(_ name: String, kinds: Set<String>, here: String = #filePath) -> [Vector] {
        let tests = URL(fileURLWithPath: here).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = tests.appendingPathComponent("Fixtures/vectors/\(name).json")
        guard let data = try? Data(contentsOf: file),
            let all = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
            let list = all["vectors"] as? [[String: Any]]
        else { return [] }
        let chosen = list.filter { kinds.contains($0["kind"] as? String ?? "") }
        return chosen.compactMap { object in
            (try? JSONSerialization.data(withJSONObject: object)).flatMap {
                try? JSONDecoder().decode(Vector.self, from: $0)
            }
        }
    }
}
