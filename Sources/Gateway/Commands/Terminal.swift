import ArgumentParser
import Foundation
import Glibc
import Intake

/// How a command speaks: LANG decides, Chinese unless it says English. What scripts read goes to standard output, what
/// people should know besides to standard error.
enum Terminal {
    static let language: Language = {
        let environment = ProcessInfo.processInfo.environment
        let set = environment["LC_ALL"] ?? environment["LC_MESSAGES"] ?? environment["LANG"] ?? ""
        return set.lowercased().hasPrefix("en") ? .english : .chinese
    }()

    static func both(_ chinese: String, _ english: String) -> String { language == .english ? english : chinese }

    static func say(_ text: String) { FileHandle.standardOutput.write(Data((plain(text) + "\n").utf8)) }
    static func complain(_ text: String) { FileHandle.standardError.write(Data((plain(text) + "\n").utf8)) }

    /// One value as one line of JSON: in a list one line each. Readers ignore members they do not know.
    static func say(json value: some Encodable) throws(Trouble) {
        let text = String(decoding: try JSON.encode(value), as: UTF8.self)
        FileHandle.standardOutput.write(Data((escaped(text) + "\n").utf8))
    }

    /// JSON that steers no terminal and reads the same: what `plain` shows as a dot is written as `\u202e` is here.
    static func escaped(_ json: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in json.unicodeScalars {
            guard scalar.value > 0x7E, steers(scalar) else {
                escaped.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                escaped.append(
                    contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).unicodeScalars)
            }
        }
        return String(escaped)
    }

    /// Shows how far something long has come, on a line that is written over; only where a person is looking.
    static func progress(_ text: String) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K\(plain(text))".utf8))
    }

    /// What citizens wrote must not steer the terminal: controls (ECMA-48) and changes of direction (UAX #9) are shown
    /// as dots; line ends and tabs stay.
    static func plain(_ text: String) -> String {
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            shown.append(steers(scalar) && scalar != "\n" && scalar != "\t" ? "·" : scalar)
        }
        return String(shown)
    }

    /// Whether it moves, colours or turns what stands around it.
    static func steers(_ scalar: Unicode.Scalar) -> Bool {
        [.control, .format, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
    }
}

/// What an error means to whoever called the command.
enum Exit {
    static func code(_ error: any Error) -> Int32 {
        switch error {
        case is ConfigurationError: 78
        case let trouble as Trouble:
            switch trouble.kind {
            case .passing: 75
            case .needsPerson: 74
            case .lasting, .unclear: 1
            }
        default: 1
        }
    }

    /// Says what went wrong on standard error and ends with the right code.
    static func with(_ error: any Error) -> ExitCode {
        switch error {
        case let code as ExitCode: return code
        case let error as ConfigurationError: Terminal.complain(error.text(in: Terminal.language))
        case let trouble as Trouble:
            Terminal.complain(trouble.words[Terminal.language] + (trouble.detail.map { " (\($0))" } ?? ""))
        default: Terminal.complain("\(error)")
        }
        return ExitCode(code(error))
    }
}
