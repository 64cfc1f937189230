/// Takes identities out of text that leaves us or enters an index (rule 8): telephone numbers, numbers of identity
/// cards and bank cards, number plates, mail addresses. It reads shapes, not meaning: names it cannot see. It would
/// rather mask a long number too many than a telephone number too few.
package enum Masker {
    package static func mask(_ text: String) -> String {
        var output = String.UnicodeScalarView()
        let scalars = Array(text.unicodeScalars)
        var index = 0
        while index < scalars.count {
            if let (end, label) = match(scalars, at: index) {
                output.append(contentsOf: label.unicodeScalars)
                index = end
            } else {
                output.append(scalars[index])
                index += 1
            }
        }
        return String(output)
    }

    private static func match(_ text: [Unicode.Scalar], at start: Int) -> (end: Int, label: String)? {
        let first = text[start]
        if let end = mail(text, start) { return (end, "〔邮箱〕") }
        if provinces.contains(first), let end = plate(text, start) { return (end, "〔车牌〕") }
        let before = start > 0 ? text[start - 1] : " "
        if digit(before) != nil { return nil }
        guard digit(first) != nil || first == "+" || first == "＋" else { return nil }
        return number(text, start)
    }

    /// Digits in any writing (half width, full width, Chinese as recognisers write them), with single separators
    /// between groups.
    private static func number(_ text: [Unicode.Scalar], _ start: Int) -> (end: Int, label: String)? {
        var digits: [UInt8] = []
        var (index, end) = (start, start)
        if text[index] == "+" || text[index] == "＋" { index += 1 }
        while index < text.count {
            if let value = digit(text[index]) {
                digits.append(value)
                index += 1
                end = index
                if digits.count > 40 { break }
            } else if !digits.isEmpty, separators.contains(text[index]), index + 1 < text.count,
                digit(text[index + 1]) != nil
            {
                index += 1
            } else {
                break
            }
        }
        if isTicket(text[start..<end]) { return nil }
        if digits.count == 17, end < text.count, "xXｘＸ".unicodeScalars.contains(text[end]) { return (end + 1, "〔证件号〕") }
        switch digits.count {
        case 18: return (end, "〔证件号〕")
        case 15...40: return (end, "〔号码〕")
        case 11...14: return (end, "〔电话〕")
        case 10 where digits[0] == 0: return (end, "〔电话〕")
        // A number without its area code: eight digits that start like a subscriber's, not like a year.
        case 7, 8: return digits[0] >= 3 && plain(text, start, end) ? (end, "〔电话〕") : nil
        default: return nil
        }
    }

    /// `20261121-000042` is no telephone.
    private static func isTicket(_ text: ArraySlice<Unicode.Scalar>) -> Bool {
        guard (15...18).contains(text.count), text.allSatisfy(\.isASCII) else { return false }
        return TicketNumber(String(String.UnicodeScalarView(text))) != nil
    }

    /// Written without separators.
    private static func plain(_ text: [Unicode.Scalar], _ start: Int, _ end: Int) -> Bool {
        !text[start..<end].contains { separators.contains($0) }
    }

    private static func digit(_ scalar: Unicode.Scalar) -> UInt8? {
        switch scalar {
        case "0"..."9": UInt8(scalar.value - 48)
        case "０"..."９": UInt8(scalar.value - 0xFF10)
        default: spoken[scalar]
        }
    }

    private static let spoken: [Unicode.Scalar: UInt8] = [
        "零": 0, "〇": 0, "一": 1, "幺": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
    ]
    private static let separators: Set<Unicode.Scalar> = ["-", " ", "－", "–", "—", "\u{3000}", "."]
    private static let provinces = Set("京津沪渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川贵云藏陕甘青宁新使领".unicodeScalars)

    /// GA 36: a province, a letter, then five or six letters and digits, perhaps after a dot.
    private static func plate(_ text: [Unicode.Scalar], _ start: Int) -> Int? {
        var index = start + 1
        guard index < text.count, ("A"..."Z").contains(text[index]) || ("a"..."z").contains(text[index]) else {
            return nil
        }
        index += 1
        while index < text.count, ["·", "•", ".", " ", "-"].contains(text[index]), index == start + 2 { index += 1 }
        let begin = index
        var figures = 0
        while index < text.count, index - begin < 6, text[index].isASCII,
            text[index].properties.isAlphabetic || ("0"..."9").contains(text[index])
        {
            if ("0"..."9").contains(text[index]) { figures += 1 }
            index += 1
        }
        return index - begin >= 5 && figures >= 2 ? index : nil
    }

    private static func mail(_ text: [Unicode.Scalar], _ start: Int) -> Int? {
        guard local(text[start]), start == 0 || !local(text[start - 1]) else { return nil }
        var index = start
        while index < text.count, index - start <= 64, local(text[index]) { index += 1 }
        guard index < text.count, text[index] == "@" || text[index] == "＠" else { return nil }
        index += 1
        let domain = index
        var dot = false
        while index < text.count, index - domain <= 255, text[index].isASCII,
            text[index].properties.isAlphabetic || ("0"..."9").contains(text[index]) || text[index] == "-"
                || text[index] == "."
        {
            if text[index] == "." { dot = true }
            index += 1
        }
        while index > domain, text[index - 1] == "." { index -= 1 }
        return dot && index - domain >= 3 ? index : nil
    }

    private static func local(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "%", "+", "-": true
        default: false
        }
    }
}
