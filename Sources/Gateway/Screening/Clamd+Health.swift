import Intake
import NIOCore

/// What the doctor asks a clamd (clamd(8): PING, VERSION, INSTREAM).
extension Clamd {
    private static let patience = Duration.seconds(10)

    /// Passing trouble if it is away, hangs, or is no clamd.
    func greet() async throws(Trouble) {
        let reply = try await ask(within: Clamd.patience) { try await $0.write(ByteBuffer(string: "zPING\0")) }.reply
        guard reply.prefix(while: { $0 != "\0" && $0 != "\n" }) == "PONG" else {
            throw .passing(
                "查毒程序没有以 PONG 应答", "clamd did not answer PONG", detail: String(Terminal.plain(reply).prefix(80)))
        }
    }

    /// Whether it takes files of `largest`, told by a length without bytes: a length above StreamMaxLength is refused at
    /// once.
    func takesLargest() async throws(Trouble) -> Bool {
        let length = UInt32(clamping: largest)
        let reply = try await ask(within: Clamd.patience) { outbound in
            var words = ByteBuffer(string: "zINSTREAM\0")
            words.writeInteger(length)
            try await outbound.write(words)
            outbound.finish()
        }.reply
        return !reply.contains("size limit exceeded")
    }

    /// The day its signatures are of; nil where it does not say.
    func signatures() async throws(Trouble) -> Day? {
        let reply = try await ask(within: Clamd.patience) { try await $0.write(ByteBuffer(string: "zVERSION\0")) }.reply
        return Clamd.day(in: reply)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Reads "ClamAV 1.4.3/27779/Mon Sep  1 08:25:06 2025".
    static func day(in version: String) -> Day? {
        let parts = version.prefix { $0 != "\0" && $0 != "\n" }.split(separator: "/", maxSplits: 2)
        guard parts.count == 3 else { return nil }
        let words = parts[2].split(separator: " ")
        guard words.count == 5, let month = months.firstIndex(of: String(words[1])), let day = Int(words[2]) else {
            return nil
        }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return Day("\(words[4])-\(two(month + 1))-\(two(day))")
    }
}
