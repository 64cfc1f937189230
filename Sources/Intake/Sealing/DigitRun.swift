/// Groups of digits with at most three separators between them, as people, forms and recognisers write numbers.
struct DigitRun {
    struct Group {
        var start: Int
        var end: Int
        /// Place of its first digit in `digits`.
        var first: Int
        /// Written in Chinese, as what was said.
        var spoken: Bool
        /// Joined to the one before as only the parts of one number are: by blanks, dashes or dots, or both were said.
        var tight: Bool
        var count: Int { end - start }
    }

    let reading: MaskReading
    private(set) var groups: [Group] = []
    private(set) var digits: [UInt8] = []

    /// Starts at a digit of `reading`.
    init(_ reading: MaskReading, from start: Int) {
        self.reading = reading
        var (index, tight) = (start, false)
        while true {
            let (begin, first) = (index, digits.count)
            var spoken = false
            while index < reading.scalars.count, let digit = reading.digit(index) {
                digits.append(digit)
                spoken = spoken || reading.isSpoken(index)
                index += 1
            }
            let said = spoken && groups.last?.spoken == true
            groups.append(Group(start: begin, end: index, first: first, spoken: spoken, tight: tight || said))
            var next = index
            while next < reading.scalars.count, next - index < 3, DigitRun.joints.contains(reading.scalars[next]) {
                next += 1
            }
            guard next < reading.scalars.count, next > index, reading.digit(next) != nil else { return }
            tight = reading.scalars[index..<next].allSatisfy(DigitRun.tightJoints.contains)
            index = next
        }
    }

    private static let tightJoints = Set(" -._".unicodeScalars)
    /// These also part the items of a list. Fillers stand between the groups of a number that is said.
    private static let joints = tightJoints.union("\n\t·•・‧,，、。;；/\\|~()[]<>（）【】《》*嗯呃啊额哎".unicodeScalars)

    /// How many groups from `index` on hold exactly `length` digits together; nil where none ends there.
    func span(_ index: Int, _ length: Int) -> Int? {
        var (last, sum) = (index, 0)
        while last < groups.count {
            sum += groups[last].count
            last += 1
            if sum >= length { return sum == length ? last - index : nil }
        }
        return nil
    }

    /// The groups from `index` on that are one number, and their digits. What is plainly something else is none of it.
    func tight(_ index: Int) -> (groups: Int, digits: Int) {
        var (last, sum) = (index + 1, groups[index].count)
        while last < groups.count, groups[last].tight, plain(last) == 0 {
            sum += groups[last].count
            last += 1
        }
        return (last - index, sum)
    }

    func digit(_ index: Int, _ offset: Int) -> UInt8? {
        let place = groups[index].first + offset
        return place < digits.count ? digits[place] : nil
    }

    /// The value of `length` digits; 0 where there are not so many.
    func value(_ index: Int, from offset: Int = 0, _ length: Int) -> Int {
        (offset..<offset + length).reduce(0) { $0 * 10 + Int(digit(index, $1) ?? 0) }
    }

    /// What stands between a group and the one before it.
    func joint(_ index: Int) -> ArraySlice<Unicode.Scalar> {
        reading.scalars[groups[index - 1].end..<groups[index].start]
    }

    /// How many groups from `index` on are a ticket number, a date, a time or a position; 0 if they are none.
    func plain(_ index: Int) -> Int {
        let group = groups[index]
        if [8, 14].contains(group.count), !group.spoken, Day(number: Int32(value(index, 8))) != nil,
            value(index, 4) < 2100
        {
            if isTicket(index) { return 2 }
            let time = (value(index, from: 8, 2), value(index, from: 10, 2), value(index, from: 12, 2))
            return group.count == 8 || time < (24, 0, 0) && time.1 < 60 && time.2 < 60 ? 1 : 0
        }
        if group.count == 4, index + 2 < groups.count, (1...2).contains(groups[index + 1].count),
            (1...2).contains(groups[index + 2].count), joint(index + 1) == joint(index + 2),
            joint(index + 1).count == 1, ["-", "/", "."].contains(joint(index + 1).first)
        {
            let month = value(index + 1, groups[index + 1].count)
            let day = value(index + 2, groups[index + 2].count)
            if Day(number: Int32(value(index, 4) * 10_000 + month * 100 + day)) != nil { return 3 }
        }
        return isPosition(index) ? 2 : 0
    }

    /// `20261121-000042`.
    private func isTicket(_ index: Int) -> Bool {
        guard groups[index].count == 8, index + 1 < groups.count, (6...9).contains(groups[index + 1].count) else {
            return false
        }
        let written = reading.scalars[groups[index].start..<groups[index + 1].end]
        return TicketNumber(String(String.UnicodeScalarView(written))) != nil
    }

    /// Degrees with decimals, unless they read as a mobile number.
    private func isPosition(_ index: Int) -> Bool {
        guard index + 1 < groups.count, (1...3).contains(groups[index].count), groups[index + 1].count >= 4,
            joint(index + 1).elementsEqual(["."]), value(index, groups[index].count) <= 180
        else { return false }
        return !isMobile(index) || span(index, 11) == nil
    }

    /// YD/T: eleven digits, 13 to 19.
    func isMobile(_ index: Int) -> Bool { digit(index, 0) == 1 && (digit(index, 1) ?? 0) >= 3 }

    /// 1、3、5、7、9 and 101、102、103 are houses, buses and rooms: short numbers that rise.
    func isList(_ index: Int, _ count: Int) -> Bool {
        guard (3...40).contains(count) else { return false }
        let listed = groups[index..<index + count]
        guard listed.allSatisfy({ $0.count <= 4 }) else { return false }
        let values = listed.indices.map { value($0, groups[$0].count) }
        let steps = zip(values, values.dropFirst()).map { $1 - $0 }
        guard steps.allSatisfy({ $0 > 0 }) else { return false }
        return count >= 5 || Set(listed.map(\.count)).count == 1 && steps.allSatisfy { $0 <= 10 }
    }
}
