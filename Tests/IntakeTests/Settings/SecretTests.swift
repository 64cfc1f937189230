import Foundation
import Intake
import Testing

@Suite("Secrets") struct SecretTests {
    /// A directory of its own with these files, removed afterwards.
    func withFiles(_ files: [String: String], _ body: (String) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("secrets-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        for (name, text) in files { try Data(text.utf8).write(to: directory.appendingPathComponent(name)) }
        try body(directory.path)
    }

    @Test("a secret comes from the credentials directory or from a file, without its line end")
    func read() throws {
        try withFiles(["mail": "correct horse\n", "other": "x\r\n"]) { directory in
            let settings = Settings.read(
                text: "a: credential:mail\nb: file:\(directory)/other\nc: [credential:mail, credential:other]",
                file: "f",
                credentials: directory)
            #expect(settings.secret("a").text == "correct horse")
            #expect(settings.optionalSecret("b")?.bytes == [0x78])
            #expect(settings.secrets("c").map(\.text) == ["correct horse", "x"])
            #expect(settings.optionalSecret("d") == nil)
            try settings.conclude()
        }
    }

    @Test("a secret shows as dots however it is printed")
    func dots() {
        let secret = Secret("hunter2".utf8)
        var dumped = ""
        dump(secret, to: &dumped)
        for text in [
            "\(secret)", String(reflecting: secret), dumped, "\([secret])", String(describing: Optional(secret)),
        ] {
            #expect(!text.contains("hunter2") && !text.contains("104"))
        }
    }

    @Test("a secret written out, an environment variable and a way out of the directory are refused, unshown")
    func refused() throws {
        try withFiles(["empty": ""]) { directory in
            let settings = Settings.read(
                text: "a: hunter2\nb: $PASSWORD\nc: credential:../x\nd: credential:none\ne: credential:empty\nf: []",
                file: "f", credentials: directory + "/sub/..")
            for key in ["a", "b", "c", "d", "e"] { #expect(settings.secret(key).bytes.isEmpty) }
            #expect(settings.secrets("f").isEmpty)
            let error = try #require(throws: ConfigurationError.self) { try settings.conclude() }
            #expect(error.complaints.map(\.path) == ["a", "b", "c", "d", "e", "f"])
            #expect(!"\(error)".contains("hunter2"))
        }
    }

    @Test("without a credentials directory the complaint says how to get one")
    func noDirectory() throws {
        let settings = Settings.read(text: "a: credential:x", file: "f")
        _ = settings.secret("a")
        let error = try #require(throws: ConfigurationError.self) { try settings.conclude() }
        #expect("\(error)".contains("LoadCredential"))
    }
}
