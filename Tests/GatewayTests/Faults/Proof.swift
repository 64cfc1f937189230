import Foundation
import Testing

@testable import Gateway

/// How long a proof runs: a few moments in the tests, many in `deploy/prove`, which also asks for other seeds.
enum Proof {
    private static let environment = ProcessInfo.processInfo.environment

    /// How often, given how often `deploy/prove` does it.
    static func runs(_ short: Int, prove: Int) -> Int { isLong ? prove : short }
    static var isLong: Bool { environment["INTAKE_PROVE"] != nil }

    /// What lasts longer waits for something that will not come: a failure, and not a run without end.
    static let limit = TimeLimitTrait.Duration.minutes(isLong ? 120 : 20)

    static let seed = environment["INTAKE_SEED"].flatMap(UInt64.init) ?? 20_261_121

    /// How much of something is left beside a fault; `deploy/prove` shows it, and fails where it is clearly wrong.
    static func ratio(_ what: String, alone: Double, beside: Double) {
        guard environment["INTAKE_PROVE"] != nil else { return }
        let line = "RATIO\t\(what)\t\(seed)\t\(Int(alone))\t\(Int(beside))\t\(beside / alone)\n"
        FileHandle.standardOutput.write(Data(line.utf8))
    }

    /// Tells who watches a long proof how far it is: every twentieth time.
    static func progress(_ what: String, _ done: Int, of all: Int) {
        guard isLong, done % 20 == 0 else { return }
        FileHandle.standardOutput.write(Data("  \(what): \(done) of \(all)\n".utf8))
    }

    /// One row of the table that `deploy/prove` prints.
    static func row(_ fault: String, runs: Int, acknowledged: Int, lost: Int, doubled: Int) {
        guard environment["INTAKE_PROVE"] != nil else { return }
        let line = "PROOF\t\(fault)\t\(seed)\t\(runs)\t\(acknowledged)\t\(lost)\t\(doubled)\n"
        FileHandle.standardOutput.write(Data(line.utf8))
    }
}
