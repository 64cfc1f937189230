import Foundation

@testable import Gateway

/// The small city with departments of the tests' own: a word in a report leads to each, and its orders go to the
/// destination of its name.
enum DeafCity {
    /// To be called before the gateway is started. The word "all" leads to those of `together` at once.
    static func prepare(_ gateway: RunningGateway, _ departments: [String], together: [String] = []) throws {
        let city = try gateway.ownCity()
        func add(_ lines: [String], under head: String, in file: String) throws {
            try Fixtures.replace(head + "\n", with: ([head] + lines).joined(separator: "\n") + "\n", in: city + file)
        }
        try add(
            departments.map { "  - { code: \($0), name: \($0), english: \($0), deliver: \($0) }" },
            under: "departments:", in: "/departments.yaml")
        let rules =
            departments.map { "  - { name: \($0), when: { words: [\(word($0))] }, lead: \($0) }" }
            + together.prefix(1).map { lead in
                let others = together.dropFirst().joined(separator: ", ")
                return "  - { name: all, when: { words: [\(word("all"))] }, lead: \(lead), with: [\(others)] }"
            }
        try add(rules, under: "rules:", in: "/catalogue.yaml")
    }

    /// No word may be found inside another.
    static func word(_ department: String) -> String { "故障\(department)号" }
}
