import Intake

/// How people are shown a look-up code and how what they type is read: Crockford's base 32, in groups of four.
package enum LookupCode {
    /// "k3m9-x0ab-77qz".
    package static func shown(_ code: String) -> String {
        var text = ""
        for (index, character) in code.enumerated() {
            if index > 0, index % 4 == 0 { text.append("-") }
            text.append(character)
        }
        return text
    }

    /// Lower case, without what only separates; o is read as 0, i and l as 1, as Crockford's alphabet wants it, and
    /// full-width letters and digits of a Chinese keyboard as their plain ones. At most 40 characters are read.
    package static func read(_ typed: String) -> String {
        var code = ""
        for scalar in typed.halfWidth.unicodeScalars.prefix(40) {
            switch scalar {
            case "o", "O": code.append("0")
            case "i", "I", "l", "L": code.append("1")
            case "0"..."9", "a"..."z": code.unicodeScalars.append(scalar)
            case "A"..."Z": code += String(scalar).lowercased()
            default: continue
            }
        }
        return code
    }
}
