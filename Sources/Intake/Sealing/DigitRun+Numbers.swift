extension MaskReading {
    /// Telephone numbers and numbers of cards.
    func numbers() -> [MaskSpan] {
        var spans: [MaskSpan] = []
        var index = 0
        while index < scalars.count {
            guard digit(index) != nil else {
                index += 1
                continue
            }
            let run = DigitRun(self, from: index)
            run.mask(into: &spans)
            index = run.groups.last?.end ?? index + 1
        }
        return spans
    }
}

extension DigitRun {
    /// What some of the groups are: how many of them, and the word for it.
    private typealias Number = (groups: Int, label: String)

    func mask(into spans: inout [MaskSpan]) {
        var index = 0
        while index < groups.count {
            let near = spans.last.map { $0.label == MaskSpan.phone && groups[index].start - $0.end <= 6 } ?? false
            guard let number = number(index, afterPhone: near) else {
                index += max(1, plain(index))
                continue
            }
            let last = groups[index + number.groups - 1]
            let crossed = number.label == MaskSpan.card && isCheck(last.end)
            let start = groups[index].start - (isPlus(index) ? 1 : 0)
            spans.append(MaskSpan(start: start, end: last.end + (crossed ? 1 : 0), label: number.label))
            index += number.groups
        }
    }

    private func number(_ index: Int, afterPhone: Bool) -> Number? {
        if let card = identityCard(index) { return card }
        if isPlus(index), let phone = international(index) { return phone }
        if plain(index) > 0 { return nil }
        let tight = tight(index)
        let list = isList(index, tight.groups)
        if tight.digits >= 15, !list { return (tight.groups, long(tight.digits, groups[index + tight.groups - 1].end)) }
        if isMobile(index), let count = span(index, 11), !isList(index, count) { return (count, MaskSpan.phone) }
        if let count = landline(index) { return (count, MaskSpan.phone) }
        if let count = bankCard(index) { return (count, MaskSpan.number) }
        if list || isRange(index, tight.groups) { return nil }
        switch tight.digits {
        case 11...14: return (tight.groups, MaskSpan.phone)
        case 10 where digit(index, 0) == 0 && digit(index, 1) != 0: return (tight.groups, MaskSpan.phone)
        default: return short(index, tight, afterPhone: afterPhone)
        }
    }

    /// "+" and the digits of E.164, fifteen at most.
    private func international(_ index: Int) -> Number? {
        var (last, sum) = (index, 0)
        while last < groups.count, sum + groups[last].count <= 15 {
            sum += groups[last].count
            last += 1
        }
        return sum >= 8 ? (last - index, MaskSpan.phone) : nil
    }

    private func isPlus(_ index: Int) -> Bool {
        let start = groups[index].start
        return start > 0 && reading.scalars[start - 1] == "+"
    }

    /// GB 11643: eighteen digits with a day of birth in the middle, the last one perhaps an X.
    private func identityCard(_ index: Int) -> Number? {
        guard let first = digit(index, 0), (1...8).contains(first), (1800...2099).contains(value(index, from: 6, 4)),
            (1...12).contains(value(index, from: 10, 2)), (1...31).contains(value(index, from: 12, 2))
        else { return nil }
        if let count = span(index, 18) { return (count, MaskSpan.card) }
        if let count = span(index, 17), isCheck(groups[index + count - 1].end) { return (count, MaskSpan.card) }
        return nil
    }

    private func isCheck(_ place: Int) -> Bool { place < reading.scalars.count && reading.lower(place) == "x" }

    private func long(_ digits: Int, _ end: Int) -> String {
        digits == 18 || digits == 17 && isCheck(end) ? MaskSpan.card : MaskSpan.number
    }

    /// 区号 010, 02x or 03xx to 09xx, then seven or eight digits.
    private func landline(_ index: Int) -> Int? {
        guard groups[index].count >= 3, digit(index, 0) == 0, let second = digit(index, 1), let third = digit(index, 2),
            second == 1 && third == 0 || second >= 2
        else { return nil }
        return [12, 11, 10].lazy.compactMap { span(index, $0) }.first { !isList(index, $0) }
    }

    /// ISO/IEC 7812: sixteen to nineteen digits whose check digit (Luhn) is right, in whatever groups.
    private func bankCard(_ index: Int) -> Int? {
        guard groups[index].count >= 4, [3, 4, 5, 6, 9].contains(digit(index, 0)) else { return nil }
        return [19, 18, 17, 16].lazy.compactMap { length in span(index, length).map { (length, $0) } }
            .first { length, count in
                groups[index..<index + count - 1].allSatisfy { $0.count >= 3 } && !isList(index, count)
                    && isChecked(index, length)
            }?.1
    }

    private func isChecked(_ index: Int, _ length: Int) -> Bool {
        let sum = (0..<length).reduce(0) { sum, offset in
            let digit = Int(digit(index, length - 1 - offset) ?? 0)
            return sum + (offset % 2 == 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2)
        }
        return sum % 10 == 0
    }

    /// 100000-200000: two round numbers or two years.
    private func isRange(_ index: Int, _ count: Int) -> Bool {
        guard count == 2 else { return false }
        let halves = (value(index, groups[index].count), value(index + 1, groups[index + 1].count))
        let years = 1900...2099
        return halves.0 % 100 == 0 && halves.1 % 100 == 0 || years.contains(halves.0) && years.contains(halves.1)
    }

    /// Seven to ten digits: a telephone where one is spoken of, or written 6234-5678. Elsewhere they are amounts and
    /// the numbers of lamps and houses, which a department needs.
    private func short(_ index: Int, _ tight: (groups: Int, digits: Int), afterPhone: Bool) -> Number? {
        let (group, halves) = (groups[index], index + 1 < groups.count ? groups[index + 1] : nil)
        let written = halves.map { $0.tight && $0.count == 4 && (3...4).contains(group.count) } ?? false
        let count = group.count >= 7 ? 1 : written ? 2 : tight.groups
        let digits = groups[index..<index + count].map(\.count).reduce(0, +)
        guard (7...10).contains(digits), !reading.hears(DigitRun.things, before: group.start, reach: 4) else {
            return nil
        }
        var next = groups[index + count - 1].end
        if next < reading.scalars.count, reading.scalars[next] == " " { next += 1 }
        let unit = next < reading.scalars.count ? reading.scalars[next] : "\n"
        guard !DigitRun.measures.contains(unit) else { return nil }
        if afterPhone || reading.hears(DigitRun.telephone, before: group.start, reach: 12) {
            return (count, MaskSpan.phone)
        }
        let alone = written && count == tight.groups && joint(index + 1).elementsEqual(["-"])
        return alone && (digit(index, 0) ?? 0) >= 2 && !DigitRun.houses.contains(unit) ? (2, MaskSpan.phone) : nil
    }

    private static let measures = Set("元块米平吨万亿㎡人户度".unicodeScalars)
    private static let houses = Set("号室房楼栋幢单路弄层".unicodeScalars)
    private static let things = ["杆", "编号", "楼", "房", "室", "栋", "幢", "门牌", "单号", "金额"].map { Array($0.unicodeScalars) }
    private static let telephone = [
        "电话", "電話", "手机", "联系", "聯繫", "号码", "號碼", "拨", "致电", "来电", "打给", "打我", "座机", "固话", "热线", "传真", "微信", "qq",
        "tel", "phone", "call", "mobile", "cell", "fax", "contact", "reach", "whatsapp", "number",
    ].map { Array($0.unicodeScalars) }
}
