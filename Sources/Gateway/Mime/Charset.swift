import CMime

/// Text in the charsets mail comes in. What a label says is believed as far as the bytes allow: Chinese mail says
/// GB2312 and is GBK or GB18030, says ISO-8859-1 and is GBK, or says nothing.
package enum Charset {
    /// Never fails: what cannot be read becomes U+FFFD.
    package static func decode(_ bytes: [UInt8], label: String?) -> String {
        let label = canonical(label ?? "")
        switch label {
        case "":
            return guessed(bytes)
        case "UTF-8":
            return String(validating: bytes, as: UTF8.self) ?? guessed(bytes)
        case "HZ":
            return HZ.decode(bytes)
        case "WINDOWS-1252":
            return CharsetGuess.of(bytes, latin: true).map { convert(bytes, from: $0) } ?? convert(bytes, from: label)
        case "GB18030":
            if CharsetGuess.isUTF8Really(bytes) { return String(decoding: bytes, as: UTF8.self) }
            return convert(bytes, from: label)
        default:
            return convert(bytes, from: label)
        }
    }

    private static func guessed(_ bytes: [UInt8]) -> String {
        CharsetGuess.of(bytes, latin: false).map { convert(bytes, from: $0) } ?? String(decoding: bytes, as: UTF8.self)
    }

    /// The name iconv is asked for; empty for labels that say nothing. GB2312 and GBK are parts of GB18030; browsers
    /// read ISO-8859-1 as Windows-1252 and Big5 with its later additions, and so do we.
    static func canonical(_ label: String) -> String {
        let name = label.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.:".contains($0)) }
        switch name {
        case "", "us-ascii", "ascii", "ansi_x3.4-1968", "unknown", "x-unknown", "unknown-8bit", "8bit", "default",
            "none":
            return ""
        case "utf-8", "utf8", "unicode-1-1-utf-8": return "UTF-8"
        case "gb2312", "gb_2312-80", "gb2312-80", "gb-2312", "euc-cn", "euccn", "csgb2312", "chinese", "gbk", "x-gbk",
            "cp936", "ms936", "windows-936", "gb18030", "gb-18030", "gb_18030":
            return "GB18030"
        case "hz", "hz-gb-2312", "hz-gb2312", "hzgb2312": return "HZ"
        case "big5", "big-5", "x-x-big5", "csbig5", "cn-big5", "cp950", "ms950", "windows-950", "big5-hkscs":
            return "BIG5-HKSCS"
        case "iso-8859-1", "iso8859-1", "latin1", "l1", "windows-1252", "cp1252", "x-ansi", "ansi":
            return "WINDOWS-1252"
        case "ks_c_5601-1987", "ks_c_5601", "euc-kr", "euckr": return "CP949"
        case "shift_jis", "shift-jis", "sjis", "x-sjis", "ms_kanji": return "CP932"
        case "unicode-1-1-utf-7", "utf7": return "UTF-7"
        case "unicode", "utf16": return "UTF-16"
        default: return name.uppercased()
        }
    }

    /// Through iconv; an unknown name is guessed.
    private static func convert(_ bytes: [UInt8], from name: String) -> String {
        if name == "HZ" { return HZ.decode(bytes) }
        guard let charset = unsafe cmime_charset_open(name) else {
            return CharsetGuess.of(bytes, latin: false).map { $0 == name ? "" : convert(bytes, from: $0) }
                ?? String(decoding: bytes, as: UTF8.self)
        }
        defer { unsafe cmime_charset_close(charset) }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + bytes.count / 2)
        var input = bytes.map { CChar(bitPattern: $0) }
        unsafe input.withUnsafeMutableBufferPointer { source in
            var from = source.baseAddress
            var left = source.count
            var more = true
            while more {
                var failure: Int32 = 0
                let piece = unsafe [UInt8](unsafeUninitializedCapacity: 16_384) { target, count in
                    unsafe target.withMemoryRebound(to: CChar.self) { room in
                        var place = room.baseAddress
                        var size = room.count
                        failure = unsafe cmime_charset_convert(charset, &from, &left, &place, &size)
                        count = room.count - size
                    }
                }
                output.append(contentsOf: piece)
                switch failure {
                case 0: more = false
                case E2BIG: break
                default:
                    output.append(contentsOf: [0xef, 0xbf, 0xbd])
                    more = failure == EILSEQ && left > 1
                    if more {
                        unsafe from = unsafe from?.advanced(by: 1)
                        left -= 1
                    }
                }
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}

/// HZ (RFC 1843): GB2312 in seven bits between "~{" and "~}", which glibc's iconv does not know.
enum HZ {
    static func decode(_ bytes: [UInt8]) -> String {
        var plain: [UInt8] = []
        var inside = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0
            switch (inside, byte, next) {
            case (false, UInt8(ascii: "~"), UInt8(ascii: "{")):
                inside = true
                index += 2
            case (false, UInt8(ascii: "~"), UInt8(ascii: "~")):
                plain.append(byte)
                index += 2
            case (false, UInt8(ascii: "~"), 10): index += 2
            case (false, UInt8(ascii: "~"), 13): index += 3
            case (true, UInt8(ascii: "~"), UInt8(ascii: "}")):
                inside = false
                index += 2
            case (true, 10, _), (true, 13, _):
                // A line ends the run even without "~}".
                inside = false
                plain.append(byte)
                index += 1
            case (true, 0x21...0x7d, 0x21...0x7e):
                plain += [byte | 0x80, next | 0x80]
                index += 2
            default:
                plain.append(byte)
                index += 1
            }
        }
        return Charset.decode(plain, label: "gb18030")
    }
}
