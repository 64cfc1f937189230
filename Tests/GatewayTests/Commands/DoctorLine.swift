import Foundation
import Intake

@testable import Gateway

/// What the doctor says, as a program reads it.
struct DoctorLine: Decodable {
    var level: String
    var words: Phrase
    var mend: Phrase?
}

/// A folder of the state on a file system of its own, as only the process and its children see it.
enum OwnDisk {
    private static let unshare = ["/usr/bin/unshare"] + (geteuid() == 0 ? ["-m"] : ["-r", "-m"])

    /// With what lies in the folder now, and mounted read-only.
    static func readOnly(_ folder: String) -> [String] {
        let script = """
            set -e
            copy=$(mktemp -d)
            cp -a "$0/." "$copy"
            mount -t tmpfs -o mode=700 tmpfs "$0"
            cp -a "$copy/." "$0"
            rm -rf "$copy"
            mount -o remount,ro "$0"
            exec "$@"
            """
        return unshare + ["/bin/sh", "-c", script, folder]
    }

    /// Empty; `close` makes it read-only.
    static func empty(_ folder: String) -> [String] {
        unshare + ["/bin/sh", "-c", "mount -t tmpfs -o mode=700 tmpfs \"$0\" && exec \"$@\"", folder]
    }

    static func close(_ folder: String, of pid: Int32) async throws {
        let user = geteuid() == 0 ? [] : ["-U", "--preserve-credentials"]
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/nsenter")
        process.arguments = ["-t", "\(pid)", "-m"] + user + ["mount", "-o", "remount,ro", folder]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw RunningGateway.Failed(text: "\(folder) stays open") }
    }
}
