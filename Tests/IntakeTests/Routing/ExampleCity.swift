import Foundation
import Intake

/// The example city of config/, loaded once for all tests, and the small one.
enum ExampleCity {
    static let directory: String = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return root.appendingPathComponent("config/example-city").path
    }()

    private static let loaded: Result<City, ConfigurationError> = {
        do throws(ConfigurationError) {
            return .success(try City.load(directory: directory))
        } catch {
            return .failure(error)
        }
    }()

    /// The small city of the end-to-end tests.
    static func small() throws(ConfigurationError) -> City {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try City.load(directory: tests.appending(path: "Fixtures/small-city").path)
    }

    static func city() throws(ConfigurationError) -> City { try loaded.get() }
}
