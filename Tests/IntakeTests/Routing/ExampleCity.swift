import Foundation
import Intake

/// The example city of config/, loaded once for all tests.
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

    static func city() throws(ConfigurationError) -> City { try loaded.get() }
}
