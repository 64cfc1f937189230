import Foundation

@testable import Gateway

/// The small city with departments of the tests' own: a word in a report leads to each, and its orders go to the
/// destination of its name.
enum DeafCity {
    /// To be called before the gateway is started.
    static func prepare(_ gateway: RunningGateway, _ departments: [String]) throws {
        let city = try gateway.ownCity()
        func add(_ lines: [String], under head: String, in file: String) throws {
            try Fixtures.replace(head + "\n", with: ([head] + lines).joined(separator: "\n") + "\n", in: city + file)
        }
        try add(
            departments.map { "  - { code: \($0), name: \($0), english: \($0), deliver: \($0) }" },
            under: "departments:", in: "/departments.yaml")
        try add(
            departments.map { "  - { name: \($0), when: { words: [\(word($0))] }, lead: \($0) }" },
            under: "rules:", in: "/catalogue.yaml")
    }

    /// No word may be found inside another.
    static func word(_ department: String) -> String { "故障\(department)号" }
}
