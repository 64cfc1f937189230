/// Text as the masker reads it: without characters nobody sees, with full-width letters, foreign digits, dashes and blanks
/// in their plain form. Every character knows its place in the text as it was.
struct MaskReading {
    let original: [Unicode.Scalar]
    private(set) var scalars: [Unicode.Scalar] = []
    /// Where each of `scalars` stands in `original`.
    private(set) var places: [Int] = []

    init(_ text: String) {
        original = Array(text.unicodeScalars)
        scalars.reserveCapacity(original.count)
        places.reserveCapacity(original.count)
        for (place, scalar) in original.enumerated() {
            guard let plain = MaskReading.plain(scalar) else { continue }
            scalars.append(plain)
            places.append(place)
        }
    }

    /// Nil for what has no shape of its own: format characters, variation selectors, combining marks, controls.
    private static func plain(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar.value {
        case 0x09, 0x0A, 0x20...0x7E, 0x4E00...0x9FFF: return scalar
        case 0x00...0x9F, 0xAD: return nil
        case 0xFF01...0xFF5E: return Unicode.Scalar(scalar.value - 0xFEE0)
        // Circles written for a zero.
        case 0x25CB, 0x25EF, 0x3007: return "0"
        case 0x2212: return "-"
        default: break
        }
        let properties = scalar.properties
        if let value = properties.numericValue, [.decimal, .digit].contains(properties.numericType), (0...9) ~= value {
            return Unicode.Scalar(UInt8(value) + 48)
        }
        switch properties.generalCategory {
        case .format, .nonspacingMark, .enclosingMark, .control: return nil
        case .spaceSeparator: return " "
        case .lineSeparator, .paragraphSeparator: return "\n"
        case .dashPunctuation: return "-"
        default: return properties.isDefaultIgnorableCodePoint ? nil : scalar
        }
    }

    /// The value of a digit in any writing: plain, or Chinese as recognisers and banks write it.
    func digit(_ index: Int) -> UInt8? {
        let scalar = scalars[index]
        if ("0"..."9").contains(scalar) { return UInt8(scalar.value - 48) }
        return isSpoken(index) ? MaskReading.spoken[scalar] : nil
    }

    func isSpoken(_ index: Int) -> Bool {
        let scalar = scalars[index]
        return (0x4E00...0x9FFF).contains(scalar.value) && MaskReading.spoken[scalar] != nil
    }

    private static let spoken: [Unicode.Scalar: UInt8] = [
        "零": 0, "一": 1, "幺": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "壹": 1, "贰": 2, "叁": 3,
        "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9, "貳": 2, "參": 3, "陸": 6,
    ]

    /// Whether one of `words` (lower case) stands in the `reach` characters before `index`.
    func hears(_ words: [[Unicode.Scalar]], before index: Int, reach: Int) -> Bool {
        for start in max(0, index - reach)..<index {
            let found = words.contains { word in
                start + word.count <= index && word.indices.allSatisfy { lower(start + $0) == word[$0] }
            }
            if found { return true }
        }
        return false
    }

    func lower(_ index: Int) -> Unicode.Scalar { MaskReading.lower(scalars[index]) }

    private static func lower(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        ("A"..."Z").contains(scalar) ? Unicode.Scalar(UInt8(scalar.value + 32)) : scalar
    }
}
