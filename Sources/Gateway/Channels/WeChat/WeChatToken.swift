import Intake

/// The access token of one account: asked for once however many want it (the platform counts), renewed before it ends,
/// and renewed once when the platform refuses it (WeChat: "stable_token"; platforms.md section 1, rule 10).
actor WeChatToken {
    struct Grant: Sendable, Equatable {
        var text: String
        var life: Duration
    }
    /// Asks the platform; `force` makes the old token invalid at once (20 times a day, 30 s apart).
    private let ask: @Sendable (_ force: Bool) async -> Result<Grant, Trouble>
    private let now: Now

    private struct Held {
        var text: String
        var renew: Instant
        var ends: Instant
    }
    private var held: Held?
    private var asking: Task<Result<Grant, Trouble>, Never>?
    private var forced: Instant?

    /// In the last 5 minutes of a token the platform gives out the next one, and both work.
    static let early: Duration = .seconds(300)
    static let forcePause: Duration = .seconds(30)

    init(now: @escaping Now, ask: @escaping @Sendable (_ force: Bool) async -> Result<Grant, Trouble>) {
        self.now = now
        self.ask = ask
    }

    /// A token that works, as far as is known.
    func current() async throws(Trouble) -> String {
        if let held, now() < held.renew { return held.text }
        do throws(Trouble) { return try await renewed(force: false) } catch {
            // The old one still works for a while.
            if let held, now() < held.ends { return held.text }
            throw error
        }
    }

    /// Another token than the one the platform refused. Tried once by the caller, never in a loop.
    func after(refused text: String) async throws(Trouble) -> String {
        if let held, held.text != text { return held.text }
        held = nil
        let next = try await renewed(force: false)
        if next != text { return next }
        // The platform holds on to a token it refuses: another program has spoilt it.
        if let forced, now() - forced < Self.forcePause {
            throw .passing(
                "平台不认自己发的令牌；刚刚另取过一次", "the platform refuses its own token; asked for another just now",
                retryAfter: Self.forcePause)
        }
        forced = now()
        held = nil
        return try await renewed(force: true)
    }

    private func renewed(force: Bool) async throws(Trouble) -> String {
        let task = asking ?? Task { await ask(force) }
        asking = task
        let result = await task.value
        if asking == task {
            asking = nil
            if case .success(let grant) = result {
                let begun = now()
                held = Held(
                    text: grant.text, renew: begun + max(grant.life - Self.early, grant.life / 2),
                    ends: begun + grant.life)
            }
        }
        return try result.get().text
    }
}
