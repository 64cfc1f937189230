extension StringProtocol {
    /// Letters, digits and signs as a Chinese keyboard writes them (U+FF01 to U+FF5E) as their plain ones.
    var halfWidth: String {
        var plain = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            let narrow = (0xFF01...0xFF5E).contains(scalar.value) ? UnicodeScalar(scalar.value - 0xFEE0) : nil
            plain.append(narrow ?? scalar)
        }
        return String(plain)
    }
}
