import Foundation
package import Intake

/// The way out of this program: HTTP and SMTP calls on one thread, each with its own limits. One is made at start and
/// handed to whoever calls out; calls under way end as cancelled when it goes.
package final class Network: Sendable {
    let thread: NetThread
    private let now: Now

    /// - Parameter now: measures a Retry-After date
    package init(now: @escaping Now) throws(Trouble) {
        thread = try NetThread(name: "net")
        self.now = now
    }

    deinit { thread.stop() }

    /// The answer with any status; an answer that could not be had is a trouble. Cancelling the task stops the call.
    package func call(_ call: HTTPCall) async throws(Trouble) -> HTTPAnswer {
        let now = now
        return try await thread.transfer { _, done throws(Trouble) in try HTTPTransfer(call, now: now, done: done) }
    }
}

enum NetHost {
    /// The host of a URL, for messages; "the address" if it has none.
    static func of(_ url: String) -> String {
        guard let start = url.range(of: "://")?.upperBound else { return "the address" }
        let authority = url[start...].prefix { !"/?#".contains($0) }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        return host.isEmpty ? "the address" : host
    }
}
