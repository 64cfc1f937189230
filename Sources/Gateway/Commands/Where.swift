import ArgumentParser
import Foundation
import Intake

/// Where the configuration and the state are, for every command.
struct Where: ParsableArguments {
    @Option(name: .shortAndLong, help: "配置文件 Configuration file")
    var config = "/etc/intake/intake.yaml"

    @Option(help: "状态目录（默认 $STATE_DIRECTORY，再默认按配置） State folder (default: $STATE_DIRECTORY, then the file's own)")
    var state: String?

    /// What systemd tells the daemon it tells no command: an administrator's command finds the credentials where systemd
    /// keeps those of the running unit (systemd.exec(5), LoadCredential=), root also where they come from.
    var manager: ServiceManager {
        var environment = ProcessInfo.processInfo.environment
        if environment["CREDENTIALS_DIRECTORY"] == nil {
            environment["CREDENTIALS_DIRECTORY"] = ["/run/credentials/intake.service", "/etc/intake/credentials"].first
            {
                FileManager.default.isReadableFile(atPath: $0)
            }
        }
        return ServiceManager(environment: environment)
    }

    /// Opens configuration and ledger for one command and closes them after it; what goes wrong is said on standard
    /// error and becomes the exit code.
    func withLedger(_ body: (OpenLedger) async throws -> Void) async throws {
        do {
            let ledger = try await OpenLedger(self)
            do { try await body(ledger) } catch {
                await ledger.store.close()
                throw error
            }
            await ledger.store.close()
        } catch { throw Exit.with(error) }
    }

    /// Reads and checks the configuration but for what the adapters read of it.
    func configuration() throws(ConfigurationError) -> Configuration {
        let complaints = Complaints()
        let configuration = Configuration(file: config, manager: manager, state: state, complaints: complaints)
        try complaints.throwIfAny()
        return configuration
    }
}

/// How a command gives what it found.
struct Form: ParsableArguments {
    @Flag(help: "每行一个 JSON 对象，时刻为 UTC 毫秒 One JSON object a line; times are milliseconds UTC")
    var json = false
}
