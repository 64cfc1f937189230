import Foundation
import Yams

/// A YAML document as plain text values with their lines: no types guessed (`no` stays "no"), no tags, no aliases.
indirect enum Tree {
    /// `written` is false for a key with nothing after it (`key:`, `key: ~`, `key: null`).
    case text(String, written: Bool, line: Int)
    case list([Tree], line: Int)
    case table([Field], line: Int)

    struct Field {
        var name: String
        var line: Int
        var value: Tree
    }

    var line: Int {
        switch self {
        case .text(_, _, let line), .list(_, let line), .table(_, let line): line
        }
    }

    /// What stands here, for the "found" of a complaint. Long texts are cut.
    var found: Phrase {
        switch self {
        case .text(_, false, _): Phrase(zh: "空", en: "nothing")
        case .text(let text, _, _): Phrase(stringLiteral: "\"\(text.count > 80 ? text.prefix(80) + "…" : text)\"")
        case .list: Phrase(zh: "列表", en: "a list")
        case .table: Phrase(zh: "键值表", en: "a table")
        }
    }
}

/// Bounds that keep a hostile or broken file from taking the memory or the stack.
enum Bounds {
    static let bytes = 8 << 20
    static let depth = 32
    static let nodes = 500_000
}

/// Why a text is no tree, in the terms of a complaint.
struct TreeTrouble: Error {
    var line: Int
    var expected: Phrase
    var found: Phrase
}

extension Tree {
    /// Reads one YAML document. Nil for an empty one.
    ///
    /// Anchors are refused before the text reaches the parser, which would build (and release, on the stack) whatever
    /// a chain of aliases expands to; the parser itself stops at 1,000 nested levels, this one at `Bounds.depth`.
    static func read(_ text: String) throws(TreeTrouble) -> Tree? {
        guard text.utf8.count <= Bounds.bytes else {
            throw TreeTrouble(
                line: 1, expected: Phrase(zh: "不超过 8MiB 的文件", en: "a file of at most 8MiB"),
                found: Phrase(zh: "\(text.utf8.count) 字节", en: "\(text.utf8.count) bytes"))
        }
        if let line = lineOfAnchor(in: text) {
            throw TreeTrouble(
                line: line,
                expected: Phrase(zh: "不含锚点（&名称）的 YAML，请把值写全", en: "YAML without anchors; write the value out"),
                found: Phrase(zh: "锚点 &", en: "an anchor (&name)"))
        }
        let root: Node?
        do {
            root = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
        } catch {
            throw TreeTrouble(error, in: text)
        }
        guard let root else { return nil }
        var left = Bounds.nodes
        return try convert(root, depth: 0, left: &left)
    }

    private static func convert(_ node: Node, depth: Int, left: inout Int) throws(TreeTrouble) -> Tree {
        let line = node.mark?.line ?? 1
        left -= 1
        guard depth <= Bounds.depth, left > 0 else {
            let bound: Phrase =
                left > 0
                ? Phrase(zh: "不超过 \(Bounds.depth) 层嵌套", en: "at most \(Bounds.depth) levels of nesting")
                : Phrase(zh: "不超过 \(Bounds.nodes) 个值", en: "at most \(Bounds.nodes) values")
            throw TreeTrouble(line: line, expected: bound, found: Phrase(zh: "更多", en: "more"))
        }
        switch node {
        case .scalar(let scalar):
            let empty = scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
            return .text(scalar.string, written: !empty, line: line)
        case .sequence(let sequence):
            var items: [Tree] = []
            for item in sequence { items.append(try convert(item, depth: depth + 1, left: &left)) }
            return .list(items, line: line)
        case .mapping(let mapping):
            var fields: [Field] = []
            var names: Set<String> = []
            for (key, value) in mapping {
                guard case .scalar(let name) = key else {
                    throw TreeTrouble(
                        line: key.mark?.line ?? line, expected: Phrase(zh: "文字作键", en: "text as a key"),
                        found: Phrase(zh: "列表或键值表", en: "a list or a table"))
                }
                if !names.insert(name.string).inserted {
                    throw TreeTrouble(line: key.mark?.line ?? line, repeated: [name.string])
                }
                let value = try convert(value, depth: depth + 1, left: &left)
                fields.append(Field(name: name.string, line: key.mark?.line ?? line, value: value))
            }
            return .table(fields, line: line)
        case .alias:
            throw TreeTrouble(
                line: line, expected: Phrase(zh: "写全的值", en: "a value written out"),
                found: Phrase(zh: "别名 *", en: "an alias (*name)"))
        }
    }

    /// The first place where a YAML scanner could see an anchor: `&` and a letter or digit at the start of a token. May
    /// also be one inside quotes or a comment; to refuse these too is the price of needing no scanner here.
    private static func lineOfAnchor(in text: String) -> Int? {
        var line = 1
        var before: UInt8 = 0x0A
        var armed = false
        for byte in text.utf8 {
            if armed, isNameByte(byte) { return line }
            armed = byte == UInt8(ascii: "&") && startsToken(after: before)
            if byte == 0x0A { line += 1 }
            before = byte
        }
        return nil
    }

    private static func startsToken(after byte: UInt8) -> Bool {
        switch byte {
        case 0x00...0x20, UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: ","), UInt8(ascii: ":"): true
        // Last bytes of U+0085, U+2028, U+2029 and U+FEFF, which YAML 1.1 takes as line breaks or skips.
        case 0x85, 0xA8, 0xA9, 0xBF: true
        default: false
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

extension TreeTrouble {
    fileprivate init(line: Int, repeated names: [String]) {
        let list = names.map { "\"\($0)\"" }.joined(separator: ", ")
        self.init(
            line: line, expected: Phrase(zh: "每个键只写一次", en: "each key once"),
            found: Phrase(zh: "重复的 \(list)", en: "\(list) more than once"))
    }

    fileprivate init(_ error: any Error, in text: String) {
        let yaml = Phrase(zh: "正确的 YAML", en: "well-formed YAML")
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            self.init(line: mark.line, expected: yaml, found: TreeTrouble.words(problem))
        case .duplicatedKeysInMapping(let names, let context):
            self.init(line: context.mark.line, repeated: names)
        case .reader(let problem, let offset, _, _):
            let line = text.prefix(offset ?? 0).reduce(1) { $0 + ($1.isNewline ? 1 : 0) }
            self.init(line: line, expected: yaml, found: Phrase(stringLiteral: problem))
        default:
            self.init(line: 1, expected: yaml, found: Phrase(stringLiteral: "\(error)"))
        }
    }

    private static func words(_ problem: String) -> Phrase {
        if let known = words[problem] { return known }
        let rest = problem.hasPrefix("found ") ? String(problem.dropFirst("found ".count)) : problem
        return Phrase(zh: "（解析器的原话）\(rest)", en: rest)
    }

    private static let tab = Phrase(zh: "缩进中的制表符（请改用空格）", en: "a tab within the indent; use blanks")
    private static let tag = Phrase(zh: "以 ! 开头的值（请加引号）", en: "a value that begins with !; quote it")

    /// What the parser says about the mistakes people make most, in words that tell what to mend.
    private static let words: [String: Phrase] = [
        "mapping values are not allowed in this context": Phrase(
            zh: "缩进与相邻各行不齐，或值中含有冒号加空格（请加引号）",
            en: "an indent unlike its neighbours', or a value with a colon and a blank that lacks quotes"),
        "found a tab character that violates indentation": tab,
        "found a tab character where an indentation space is expected": tab,
        "block sequence entries are not allowed in this context": Phrase(
            zh: "不能写在这里的列表项（“- ”前的缩进不齐，或上一行已有值）",
            en:
                "an item of a list that cannot stand here: an indent unlike its neighbours', or a value on the line above"
        ),
        "mapping keys are not allowed in this context": Phrase(
            zh: "不能写在这里的 ?（请加引号）", en: "a ? that cannot stand here; quote it"),
        "did not find expected '-' indicator": Phrase(
            zh: "列表中混入了不以“- ”开头的一行，或缩进不齐",
            en: "a line without \"- \" within a list, or an indent unlike its neighbours'"),
        "did not find expected <document start>": Phrase(
            zh: "前后格式不一的内容：多半是缩进不齐，或缺冒号",
            en: "something that fits not with what stands before: mostly an indent, or a colon missing"),
        "did not find expected node content": Phrase(
            zh: "括号或逗号之间没有内容", en: "nothing between brackets or commas"),
        "found unknown escape character": Phrase(
            zh: "双引号内不认识的 \\ 转义（请改用单引号）", en: "an unknown \\ escape within double quotes; use single quotes"),
        "found undefined tag handle": tag,
        "did not find expected tag URI": tag, "did not find expected whitespace or line break": tag,
        "did not find expected alphabetic or numeric character": Phrase(
            zh: "以 * 或 & 开头的值（请加引号）", en: "a value that begins with * or &; quote it"),
        "did not find expected key": Phrase(
            zh: "缩进与相邻各行不齐，或此处之前的引号、括号没有配对",
            en: "an indent unlike its neighbours', or a quote or bracket left open before"),
        "found character that cannot start any token": Phrase(
            zh: "此处不能用的字符：缩进请用空格，不用制表符；以 @ ` % 开头的值请加引号",
            en: "a character that cannot stand here: indent with blanks, not tabs, and quote what begins with @ ` %"),
        "did not find expected ',' or ']'": Phrase(
            zh: "[ 没有配对的 ]，或列表各项之间少了逗号", en: "a bracket [ left open, or a comma missing in a list"),
        "did not find expected ',' or '}'": Phrase(
            zh: "{ 没有配对的 }，或各键之间少了逗号", en: "a brace { left open, or a comma missing between keys"),
        "could not find expected ':'": Phrase(
            zh: "键后面没有冒号，或引号没有配对", en: "a key without its colon, or a quote left open"),
        "found unexpected end of stream": Phrase(zh: "引号没有配对，文件就结束了", en: "the end of the file within quotes"),
    ]
}
