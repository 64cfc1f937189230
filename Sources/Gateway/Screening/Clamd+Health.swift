import Intake
import NIOCore

/// What the doctor asks a clamd (clamd(8): PING, VERSION, INSTREAM).
extension Clamd {
    private static let patience = Duration.seconds(10)

    /// Passing trouble if it is away, hangs, or is no clamd.
    func greet() async throws(Trouble) {
        let reply = try await ask(within: Clamd.patience) { try await $0.write(ByteBuffer(string: "zPING\0")) }.reply
        guard reply.line == "PONG" else {
            throw .passing(
                "查毒程序没有以 PONG 应答", "clamd did not answer PONG",
                detail: String(Terminal.plain(String(reply.line)).prefix(80)))
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
        return !reply.isOverLimit
    }

    /// The day its signatures are of; nil where it does not say.
    func signatures() async throws(Trouble) -> Day? {
        try await ask(within: Clamd.patience) { try await $0.write(ByteBuffer(string: "zVERSION\0")) }.reply.signatures
    }
}
