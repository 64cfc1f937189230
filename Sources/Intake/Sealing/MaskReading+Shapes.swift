/// Number plates, mail addresses and names.
extension MaskReading {
    private static let provinces = Set("京津沪渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川贵云藏陕甘青宁新使领".unicodeScalars)
    private static let plateEnds = Set("警学港澳挂使领".unicodeScalars)
    private static let plateJoints = Set(" ·•・‧.-_".unicodeScalars)

    /// GA 36: a province, a letter, then five or six letters and digits, the last one perhaps a word such as 警.
    func plates() -> [MaskSpan] {
        scalars.indices.compactMap { start in
            guard MaskReading.provinces.contains(scalars[start]) else { return nil }
            let letter = afterJoints(start + 1)
            guard letter < scalars.count, isLetter(letter) else { return nil }
            let begin = afterJoints(letter + 1)
            var (end, figures) = (begin, 0)
            while end < scalars.count, end - begin < 6 {
                if digit(end) != nil { figures += 1 } else if !isLetter(end) { break }
                end += 1
            }
            if end < scalars.count, (4...5).contains(end - begin), MaskReading.plateEnds.contains(scalars[end]) {
                end += 1
            }
            return end - begin >= 5 && figures >= 2 ? MaskSpan(start: start, end: end, label: MaskSpan.plate) : nil
        }
    }

    private func afterJoints(_ start: Int) -> Int {
        var index = start
        while index < scalars.count, index - start < 3, MaskReading.plateJoints.contains(scalars[index]) { index += 1 }
        return index
    }

    private func isLetter(_ index: Int) -> Bool { ("a"..."z").contains(lower(index)) }

    /// RFC 5321: 64 characters at most before the "@", 255 after it; blanks beside it are tolerated.
    func mails() -> [MaskSpan] {
        scalars.indices.compactMap { at in
            guard scalars[at] == "@" else { return nil }
            var domain = at + 1
            while domain < scalars.count, domain - at < 3, scalars[domain] == " " { domain += 1 }
            var (end, dots) = (domain, 0)
            while end < scalars.count, end - domain < 255, isDomain(end) {
                if scalars[end] == "." { dots += 1 }
                end += 1
            }
            while end > domain, [".", "-"].contains(scalars[end - 1]) {
                if scalars[end - 1] == "." { dots -= 1 }
                end -= 1
            }
            let start = localStart(at)
            guard dots > 0, start < at else { return nil }
            return MaskSpan(start: start, end: end, label: MaskSpan.mail)
        }
    }

    /// Where the part before the "@" begins; the "@" itself if there is none. Written in Chinese it cannot be told from
    /// the sentence before it: a name's length is taken.
    private func localStart(_ at: Int) -> Int {
        var last = at
        while last > 0, at - last < 2, scalars[last - 1] == " " { last -= 1 }
        var start = last
        while start > 0, last - start < 64, isLocal(start - 1) { start -= 1 }
        if start == last {
            while start > 0, last - start < 4, scalars[start - 1].properties.isAlphabetic { start -= 1 }
        }
        return start == last ? at : start
    }

    private func isDomain(_ index: Int) -> Bool {
        isLetter(index) || ("0"..."9").contains(scalars[index]) || scalars[index] == "-" || scalars[index] == "."
    }

    private func isLocal(_ index: Int) -> Bool { isDomain(index) || ["_", "%", "+"].contains(scalars[index]) }

    /// What people put where a name is asked for and what is none.
    private static let noNames: Set<String> = [
        "市民", "群众", "居民", "业主", "住户", "先生", "女士", "匿名", "热心市民", "某某", "anonymous", "none",
    ]

    /// Where these names stand, written with blanks or without; shorter than two characters they would be found everywhere.
    func places(of names: [String]) -> [MaskSpan] {
        names.prefix(32).flatMap { name -> [MaskSpan] in
            guard !MaskReading.noNames.contains(name.trimmed.lowercased()) else { return [] }
            let read = MaskReading(name)
            let word = read.scalars.indices.map(read.lower).filter { !$0.properties.isWhitespace }.prefix(40)
            guard word.count >= 2 else { return [] }
            return scalars.indices.compactMap { start in
                end(of: word, at: start).map { MaskSpan(start: start, end: $0, label: MaskSpan.name) }
            }
        }
    }

    /// Where `word` ends if it stands at `start`; letters of the Latin alphabet must be a word of their own.
    private func end(of word: ArraySlice<Unicode.Scalar>, at start: Int) -> Int? {
        guard lower(start) == word[0], !isLetter(start) || start == 0 || !isLetter(start - 1) else { return nil }
        var index = start
        for scalar in word {
            if index > start, index < scalars.count, scalars[index] == " " { index += 1 }
            guard index < scalars.count, lower(index) == scalar else { return nil }
            index += 1
        }
        return isLetter(index - 1) && index < scalars.count && isLetter(index) ? nil : index
    }
}
