extension StringProtocol {
    /// The candidate most like this text, if one is near enough to be a slip of the keyboard: at most a third of the
    /// letters changed, added, left out or swapped. Nil for texts over 64 letters.
    package func nearest(among candidates: some Sequence<String>) -> String? {
        let own = Array(lowercased().unicodeScalars)
        guard own.count <= 64 else { return nil }
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let other = Array(candidate.lowercased().unicodeScalars)
            let allowed = Swift.max(1, Swift.max(own.count, other.count) / 3)
            guard other.count <= 64, abs(own.count - other.count) <= allowed else { continue }
            let distance = editDistance(own, other)
            guard distance <= allowed, distance < Swift.max(own.count, other.count) else { continue }
            if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
        }
        return best?.name
    }
}

/// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours each cost one.
private func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var before: [Int] = []
    var previous = Array(0...right.count)
    for i in left.indices {
        var current = [i + 1]
        for j in right.indices {
            var cost = previous[j] + (left[i] == right[j] ? 0 : 1)
            cost = min(cost, previous[j + 1] + 1, current[j] + 1)
            if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] { cost = min(cost, before[j - 1] + 1) }
            current.append(cost)
        }
        before = previous
        previous = current
    }
    return previous[right.count]
}
