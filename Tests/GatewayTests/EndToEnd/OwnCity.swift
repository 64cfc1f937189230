import Foundation

@testable import Gateway

extension RunningGateway {
    /// Puts a copy of the small city beside the configuration, which uses it from the next start or reload, for tests that
    /// change it; gives its folder.
    @discardableResult
    func ownCity() throws -> String {
        let city = folder + "/city"
        try FileManager.default.copyItem(atPath: Fixtures.path("small-city"), toPath: city)
        try Fixtures.replace(Fixtures.path("small-city"), with: city, in: folder + "/intake.yaml")
        return city
    }
}

extension Fixtures {
    struct Missing: Error { var words: String }

    /// Puts other words in the place of some that stand in a file.
    static func replace(_ old: String, with new: String, in file: String) throws {
        let text = try String(contentsOfFile: file, encoding: .utf8)
        guard text.contains(old) else { throw Missing(words: old) }
        try Data(text.replacing(old, with: new).utf8).write(to: URL(filePath: file))
    }
}
