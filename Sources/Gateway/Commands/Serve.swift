import ArgumentParser
import Foundation
import Intake
import Logging

/// Runs the daemon.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: Terminal.both("运行守护进程", "Run the daemon"))

    @OptionGroup var place: Where

    @Flag(help: "就绪后打印端口（JSON 一行） Print the bound ports as one line of JSON when ready")
    var printPorts = false

    func run() async throws {
        let log = Journal.logger()
        let manager = ServiceManager()
        do {
            let daemon = try await Daemon(
                file: place.config, state: place.state, manager: manager, log: log, wall: { .wall })
            let say = printPorts
            try await daemon.run { ports in
                log.notice("ready", metadata: ports.mapValues { "\($0)" })
                if say, let line = try? JSON.encode(ports) { Terminal.say(String(decoding: line, as: UTF8.self)) }
            }
        } catch {
            // The reason comes first: what follows in the journal is of no help without it.
            let exit = Exit.with(error)
            log.critical("the daemon ends", metadata: ["exit": "\(exit.rawValue)", "error": "\(type(of: error))"])
            throw exit
        }
    }
}

/// Has the running daemon read its configuration again; a bad one is refused, and the old one stays.
struct Reload: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: Terminal.both("重新读取配置", "Read the configuration again"))

    @OptionGroup var place: Where

    func run() async throws {
        let complaints = Complaints()
        let fixed = Configuration(
            file: place.config, manager: place.manager, state: place.state, complaints: complaints
        ).fixed
        do {
            // The daemon checks the file whole: here its secrets may not be readable (ExecReload= has no credentials).
            if fixed.privateAddress == .tcp(host: "127.0.0.1", port: 0) { try complaints.throwIfAny() }
            let (status, text) = try await Control.answer(
                .post, "/control/reload", at: fixed.privateAddress, token: try ControlToken.read(in: fixed.state))
            if status == 422 { throw try JSON.decode(ConfigurationError.self, Data(text.utf8)) }
            guard status == 200 else { throw Trouble(.needsPerson, Phrase(kept: text.trimmed)) }
            Terminal.say(Terminal.both("已换上新配置", text.trimmed))
        } catch let exit as ExitCode {
            throw exit
        } catch { throw Exit.with(error) }
    }
}
