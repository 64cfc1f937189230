import Foundation

@testable import Gateway

/// The small city with departments of the tests' own: a word in a report leads to each, and its orders go to the
/// destination of its name.
enum DeafCity {
    /// To be called before the gateway is started.
    static func prepare(_ gateway: RunningGateway, _ departments: [String]) throws {
        let city = gateway.folder + "/city"
        try FileManager.default.copyItem(atPath: Fixtures.path("small-city"), toPath: city)
        func edit(_ path: String, _ change: (String) -> String) throws {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try Data(change(text).utf8).write(to: URL(filePath: path))
        }
        try edit(city + "/departments.yaml") { text in
            text + "\n"
                + departments.map { "  - { code: \($0), name: \($0), english: \($0), deliver: \($0) }" }
                .joined(separator: "\n")
        }
        try edit(city + "/catalogue.yaml") { text in
            text.replacing(
                "rules:\n",
                with: "rules:\n"
                    + departments.map { "  - { name: \($0), when: { words: [\(word($0))] }, lead: \($0) }\n" }.joined())
        }
        try edit(gateway.folder + "/intake.yaml") { $0.replacing(Fixtures.path("small-city"), with: city) }
    }

    /// No word may be found inside another.
    static func word(_ department: String) -> String { "故障\(department)号" }
}
