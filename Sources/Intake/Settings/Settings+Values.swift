private let someText = Phrase(zh: "文字", en: "text")

extension Settings {
    /// Text that must be written and not empty; "" with a complaint otherwise.
    package func string(_ key: String) -> String {
        require(key, someText)
        return optionalString(key) ?? ""
    }

    package func string(_ key: String, default other: String) -> String { optionalString(key) ?? other }

    /// Text that must not be empty if it is written.
    package func optionalString(_ key: String) -> String? {
        value(key, someText) { $0.isEmpty ? nil : $0 }
    }

    /// A whole number within `range` that must be written; the lower bound with a complaint otherwise.
    package func int(_ key: String, in range: ClosedRange<Int>) -> Int {
        require(key, wholeNumber(range))
        return optionalInt(key, in: range) ?? range.lowerBound
    }

    package func int(_ key: String, default other: Int, in range: ClosedRange<Int>) -> Int {
        optionalInt(key, in: range) ?? other
    }

    package func optionalInt(_ key: String, in range: ClosedRange<Int>) -> Int? {
        value(key, wholeNumber(range)) { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }
    }

    /// `true`, `false`, `yes` or `no`.
    package func bool(_ key: String, default other: Bool) -> Bool {
        value(key, Phrase(zh: "true 或 false", en: "true or false")) { text in
            switch text {
            case "true", "yes": true
            case "false", "no": false
            default: nil
            }
        } ?? other
    }

    /// A duration with its unit (`500ms`, `30s`, `5m`, `2h`, `7d`) that must be written; the lower bound with a complaint
    /// otherwise.
    package func duration(_ key: String, in range: ClosedRange<Duration> = anyDuration) -> Duration {
        require(key, aDuration(range))
        return optionalDuration(key, in: range) ?? range.lowerBound
    }

    package func duration(
        _ key: String, default other: Duration, in range: ClosedRange<Duration> = anyDuration
    ) -> Duration {
        optionalDuration(key, in: range) ?? other
    }

    package func optionalDuration(_ key: String, in range: ClosedRange<Duration> = anyDuration) -> Duration? {
        value(key, aDuration(range)) { text in
            Intake.duration(fromText: text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// Bytes with their unit (`512B`, `64KiB`, `20MiB`, `2GiB`), for example `size("limit", default: 20 << 20)`.
    package func size(_ key: String, default other: Int64, in range: ClosedRange<Int64> = 0...(1 << 50)) -> Int64 {
        let from = text(ofBytes: range.lowerBound)
        let to = text(ofBytes: range.upperBound)
        let expected = Phrase(zh: "\(from) 到 \(to) 的大小，如 20MiB", en: "a size from \(from) to \(to), such as 20MiB")
        return value(key, expected) { text in byteCount(fromText: text).flatMap { range.contains($0) ? $0 : nil } }
            ?? other
    }

    /// One of the raw values of an enumeration, which must be written; nil with a complaint otherwise.
    package func choice<Value: RawRepresentable & CaseIterable>(_ key: String, of type: Value.Type = Value.self)
        -> Value?
    where Value.RawValue == String {
        require(key, oneOf(type))
        return optionalChoice(key)
    }

    package func choice<Value: RawRepresentable & CaseIterable>(_ key: String, default other: Value) -> Value
    where Value.RawValue == String {
        optionalChoice(key) ?? other
    }

    package func optionalChoice<Value: RawRepresentable & CaseIterable>(
        _ key: String, of type: Value.Type = Value.self
    ) -> Value? where Value.RawValue == String {
        guard let text = scalar(key, oneOf(type)) else { return nil }
        if let value = Value(rawValue: text) { return value }
        complain(
            key, expected: oneOf(type), found: Phrase(stringLiteral: "\"\(text.prefix(80))\""),
            suggestion: text.nearest(among: type.allCases.map(\.rawValue)))
        return nil
    }
}

/// What a duration may be where the caller sets no bounds: up to ten years.
package let anyDuration: ClosedRange<Duration> = .zero ... .seconds(3650 * 86_400)

private func wholeNumber(_ range: ClosedRange<Int>) -> Phrase {
    Phrase(
        zh: "\(range.lowerBound) 到 \(range.upperBound) 的整数",
        en: "a whole number from \(range.lowerBound) to \(range.upperBound)")
}

private func aDuration(_ range: ClosedRange<Duration>) -> Phrase {
    let from = text(of: range.lowerBound)
    let to = text(of: range.upperBound)
    return Phrase(
        zh: "\(from) 到 \(to) 的时长，如 30s、5m、2h、7d", en: "a duration from \(from) to \(to), such as 30s, 5m, 2h or 7d")
}

private func oneOf<Value: RawRepresentable & CaseIterable>(_ type: Value.Type) -> Phrase
where Value.RawValue == String {
    let names = type.allCases.map(\.rawValue).joined(separator: ", ")
    return Phrase(zh: "以下之一：\(names)", en: "one of \(names)")
}
