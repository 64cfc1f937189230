import Foundation
import Intake
import Storage

/// What lets a command tell the running daemon to do something. Any account of the server can reach a port on loopback;
/// the token lies in the state folder where only the daemon's account and root can read it, and is new at each start.
struct ControlToken: Sendable {
    private let text: String

    /// 256 random bits, kept for commands to find. Where there is no room for them the last one stays: a full disk keeps no
    /// daemon from starting.
    static func make(in state: String) throws(Trouble) -> ControlToken {
        do throws(Trouble) { return try new(in: state) } catch  where error.kind == .passing {
            if let old = try? read(in: state) { return old }
            // Nobody can reload until there is room and it is started again.
            return ControlToken(text: random())
        }
    }

    private static func random() -> String { Data((0..<32).map { _ in UInt8.random(in: .min ... .max) }).hex }

    private static func new(in state: String) throws(Trouble) -> ControlToken {
        let text = random()
        let draft = place(in: state) + ".part"
        try? FileManager.default.removeItem(atPath: draft)
        let file = try SyncedFile(path: draft)
        do throws(Trouble) { try file.write(Data(text.utf8)) } catch {
            file.discard()
            throw error
        }
        try file.finish(at: place(in: state))
        return ControlToken(text: text)
    }

    /// The token of the daemon that runs, or ran, on this state folder.
    static func read(in state: String) throws(Trouble) -> ControlToken {
        guard let bytes = boundedContents(place(in: state), limit: 256), !bytes.isEmpty else {
            throw .lasting(
                "读不到 \(place(in: state))：请用守护进程的账号（sudo -u intake）或 root 运行；守护进程没有运行过，或状态目录不同（--state）时也会如此",
                "\(place(in: state)) cannot be read: run this as the daemon's account (sudo -u intake) or root; it is also not there where the daemon never ran, or runs on another state folder (--state)"
            )
        }
        return ControlToken(text: String(decoding: bytes, as: UTF8.self).trimmed)
    }

    /// The header that carries it.
    var authorization: String { "Bearer \(text)" }

    /// Whether a request carries it, compared in constant time.
    func opens(_ header: String?) -> Bool { constantTimeEqual((header ?? "").utf8, authorization.utf8) }

    private static func place(in state: String) -> String { state + "/control-token" }
}
