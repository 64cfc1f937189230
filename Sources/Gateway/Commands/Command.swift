import ArgumentParser
import Foundation
import Glibc
import Intake

/// The executable. Exit 0 done, 1 failed, 74 storage, 75 try later, 78 bad configuration (sysexits.h).
@main
struct Command: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "intake",
        abstract: Terminal.both("城市诉求受理网关", "Intake gateway for a city's reports"),
        version: Version.text,
        subcommands: [Serve.self, Check.self, Reload.self])
}

/// Where the configuration and the state are, for every command.
struct Where: ParsableArguments {
    @Option(name: .shortAndLong, help: "配置文件 Configuration file")
    var config = "/etc/intake/intake.yaml"

    @Option(help: "状态目录 State folder (default: $STATE_DIRECTORY, then the file's own)")
    var state: String?
}

/// How a command speaks: LANG decides, Chinese unless it says English.
enum Terminal {
    static let language: Language = {
        let environment = ProcessInfo.processInfo.environment
        let set = environment["LC_ALL"] ?? environment["LC_MESSAGES"] ?? environment["LANG"] ?? ""
        return set.lowercased().hasPrefix("en") ? .english : .chinese
    }()

    static func both(_ chinese: String, _ english: String) -> String { language == .english ? english : chinese }

    static func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
    static func complain(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
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
        case let error as ConfigurationError: Terminal.complain(error.text(in: Terminal.language))
        case let trouble as Trouble:
            Terminal.complain(trouble.reason + (trouble.detail.map { " (\($0))" } ?? ""))
        default: Terminal.complain("\(error)")
        }
        return ExitCode(code(error))
    }
}

enum Version {
    static let text = "0.1.0"
}
