/// Growing pauses between tries, with jitter, so that what failed together does not come back together.
package struct Backoff: Sendable {
    package var first: Duration
    package var longest: Duration
    package var factor: Int

    package init(first: Duration, longest: Duration, factor: Int) {
        self.first = first
        self.longest = longest
        self.factor = factor
    }

    /// 5 s, 15 s, 45 s … at most an hour.
    package static let standard = Backoff(first: .seconds(5), longest: .seconds(3600), factor: 3)

    /// The pause after this many failed tries (0 for the first), a fifth shorter or longer by chance; never shorter
    /// than what the other side asked for, which is itself believed up to a day.
    package func pause(
        after attempts: Int, asked: Duration? = nil, chance: Double = .random(in: 0...1)
    ) -> Duration {
        var pause = first
        for _ in 0..<min(max(attempts, 0), 40) where pause < longest { pause *= factor }
        pause = min(pause, longest) * Int(800 + 400 * min(max(chance, 0), 1)) / 1000
        guard let asked else { return pause }
        return max(pause, min(asked, .seconds(86_400)))
    }
}
