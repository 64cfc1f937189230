/// Reads text such as `500ms`, `30s`, `5m`, `2h` or `7d`: one whole number and one unit. Nil otherwise, and for what does
/// not fit in 64 bits of milliseconds.
package func duration(fromText text: String) -> Duration? {
    let units: [(String, Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)]
    return quantity(text, units).map { .milliseconds($0) }
}

/// Reads text such as `512B`, `64KiB`, `20MiB` or `2GiB`; gives bytes. Nil otherwise, and on overflow.
package func byteCount(fromText text: String) -> Int64? {
    let units: [(String, Int64)] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40), ("B", 1)]
    return quantity(text, units)
}

private func quantity(_ text: String, _ units: [(String, Int64)]) -> Int64? {
    for (unit, factor) in units where text.hasSuffix(unit) {
        let digits = text.dropLast(unit.count)
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int64(digits)
        else { continue }
        let (product, overflow) = count.multipliedReportingOverflow(by: factor)
        return overflow ? nil : product
    }
    return nil
}

/// The shortest text `duration(fromText:)` reads back as the same value.
package func text(of duration: Duration) -> String {
    let milliseconds = duration.wholeMilliseconds
    for (unit, factor) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)] as [(String, Int64)]
    where milliseconds != 0 && milliseconds % factor == 0 {
        return "\(milliseconds / factor)\(unit)"
    }
    return milliseconds == 0 ? "0s" : "\(milliseconds)ms"
}

/// The shortest text `byteCount(fromText:)` reads back as the same value.
package func text(ofBytes count: Int64) -> String {
    for (unit, factor) in [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] as [(String, Int64)]
    where count != 0 && count % factor == 0 {
        return "\(count / factor)\(unit)"
    }
    return "\(count)B"
}
