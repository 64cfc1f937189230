import CCurl
package import Intake

/// The Retry-After header (RFC 9110 section 10.2.3): seconds, or a date in any of the three HTTP forms.
package enum RetryAfter {
    /// Longest wait believed; more is taken as this.
    package static let longest: Duration = .seconds(86_400)

    /// The wait from `now`, never negative; nil if the text is neither form.
    package static func read(_ text: String, now: Instant) -> Duration? {
        let text = text.trimmed
        guard let first = text.unicodeScalars.first, text.utf8.count <= 64 else { return nil }
        if ("0"..."9").contains(first) {
            guard text.unicodeScalars.allSatisfy({ ("0"..."9").contains($0) }) else { return nil }
            return min(.seconds(Int64(text) ?? .max / 2), longest)
        }
        guard text.contains(":"), text.split(separator: " ").count >= 4 else { return nil }
        let seconds = unsafe curl_getdate(text, nil)
        guard seconds >= 0 else { return nil }
        // libcurl reads years of nine digits: their milliseconds fit no number.
        guard seconds < 253_402_300_800 else { return longest }
        return max(.zero, min(Instant(seconds: Int64(seconds)) - now, longest))
    }
}
