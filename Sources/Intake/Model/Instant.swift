/// A moment in UTC, in whole milliseconds since 1970-01-01T00:00:00Z. The server's own time zone is never read.
package struct Instant: Sendable, Hashable, Comparable, Codable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }
    package init(seconds: Int64) { milliseconds = seconds * 1000 }

    package init(from decoder: any Decoder) throws {
        milliseconds = try decoder.singleValueContainer().decode(Int64.self)
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }

    package static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }
    package static func + (left: Instant, right: Duration) -> Instant {
        Instant(milliseconds: left.milliseconds + right.wholeMilliseconds)
    }
    package static func - (left: Instant, right: Duration) -> Instant {
        Instant(milliseconds: left.milliseconds - right.wholeMilliseconds)
    }
    package static func - (left: Instant, right: Instant) -> Duration {
        .milliseconds(left.milliseconds - right.milliseconds)
    }
}

extension Duration {
    /// Rounded towards zero; a fraction of a millisecond is dropped.
    package var wholeMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}

/// Where the time comes from: the wall clock in the daemon, a value the test holds in a test.
package typealias Now = @Sendable () -> Instant
