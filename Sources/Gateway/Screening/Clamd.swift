import Foundation
import Intake
import NIOCore
import NIOPosix

/// A clamd that looks through files (clamd(8), INSTREAM): bytes go there in pieces, each with its length before it.
struct Clamd: Sendable {
    enum Address: Sendable, Equatable {
        case tcp(host: String, port: Int)
        case unix(path: String)
    }
    /// What becomes of a file that is too large to be looked through.
    enum TooLarge: String, CaseIterable {
        /// No department gets it.
        case withhold
        /// It is handed on all the same.
        case pass
    }
    let address: Address
    /// Files above this are not sent: no more than StreamMaxLength of clamd.conf(5).
    let largest: Int64
    let tooLarge: TooLarge
    /// So long a ticket waits for a scanner that is away.
    let patience: Duration
    /// Longest time for one file.
    private static let limit = Duration.seconds(300)

    /// Reads `clamd:`, with an address as `unix:/path` or `host:port`; nil without the table, or with a complaint.
    init?(_ settings: Settings?) {
        guard let settings else { return nil }
        largest = settings.size("largest", default: 25 << 20)
        tooLarge = settings.choice("too-large", default: .withhold)
        patience = settings.duration("wait", default: .seconds(60), in: .seconds(1)...(.seconds(3600)))
        let text = settings.string("address")
        if text.hasPrefix("unix:/") {
            address = .unix(path: String(text.dropFirst(5)))
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0,
            case let host = text[..<colon].trimmingCharacters(in: ["[", "]"]), !host.isEmpty
        else {
            if !text.isEmpty {
                settings.complain(
                    "address",
                    expected: Phrase(
                        zh: "unix:/run/clamav/clamd.ctl 或 127.0.0.1:3310",
                        en: "unix:/run/clamav/clamd.ctl or 127.0.0.1:3310"), found: Phrase(stringLiteral: text))
            }
            return nil
        }
        address = .tcp(host: host, port: Int(port))
    }

    /// Has one kept file looked through. Passing trouble if clamd is away, slow, or gives no verdict.
    func look(at id: BlobID, in blobs: any Blobs, keys: Keys) async throws(Trouble) -> ClamdReply.Verdict {
        let (whole, reply) = try await ask(within: Clamd.limit) { outbound in
            try await send(id, blobs, keys, outbound)
        }
        return try reply.verdict(whole: whole)
    }

    /// Opens a connection, has `send` write to it, and gives clamd's one line with what `send` gave; passing trouble if
    /// clamd is away or hangs up after so long.
    func ask<Sent>(
        within limit: Duration, _ send: (NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws -> Sent
    ) async throws(Trouble) -> (sent: Sent, reply: ClamdReply) {
        do {
            let connection = try await connect()
            let raw = connection.channel
            let end = raw.eventLoop.scheduleTask(in: .milliseconds(limit.wholeMilliseconds)) {
                raw.close(promise: nil)
            }
            defer { end.cancel() }
            return try await connection.executeThenClose { inbound, outbound in
                let sent = try await send(outbound)
                var reply = ""
                for try await bytes in inbound {
                    reply += String(buffer: bytes)
                    if reply.utf8.contains(0) || reply.utf8.count > 4096 { break }
                }
                return (sent, ClamdReply(reply))
            }
        } catch let trouble as Trouble { throw trouble } catch {
            throw .passing("查毒程序 clamd 连不上", "clamd cannot be reached", detail: "\(error)")
        }
    }

    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    private func connect() async throws -> Connection {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(.seconds(5))
        let wrap: @Sendable (any NIOCore.Channel) -> EventLoopFuture<Connection> = { channel in
            channel.eventLoop.makeCompletedFuture {
                try Connection(
                    wrappingChannelSynchronously: channel,
                    configuration: .init(isOutboundHalfClosureEnabled: true))
            }
        }
        return switch address {
        case .tcp(let host, let port):
            try await bootstrap.connect(host: host, port: port, channelInitializer: wrap)
        case .unix(let path):
            try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: wrap)
        }
    }

    /// False where clamd hung up meanwhile: it does so when a file is too large, and says so.
    private func send(
        _ id: BlobID, _ blobs: any Blobs, _ keys: Keys, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws -> Bool {
        var hungUp = false
        do { try await outbound.write(ByteBuffer(string: "zINSTREAM\0")) } catch { return false }
        try await blobs.open(id, keys: keys) { chunk throws(Trouble) in
            if chunk.isEmpty || hungUp { return }
            var piece = ByteBuffer(integer: UInt32(chunk.count))
            piece.writeBytes(chunk)
            do { try await outbound.write(piece) } catch { hungUp = true }
        }
        if hungUp { return false }
        do { try await outbound.write(ByteBuffer(integer: UInt32(0))) } catch { return false }
        return true
    }
}
