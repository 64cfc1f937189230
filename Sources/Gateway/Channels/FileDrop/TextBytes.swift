internal import Glibc
package import Intake

/// Turns the bytes of a text file into text: UTF-8 and UTF-16 with or without a byte order mark, else GB18030 (which
/// holds GBK and GB2312), as call-centre products on Chinese Windows write.
package enum TextBytes {
    /// The text, and how many places could not be read and became U+FFFD. Fails `lasting` for what is not text.
    package static func decode(_ bytes: [UInt8]) throws(Trouble) -> (text: String, damaged: Int) {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return try utf8(bytes.dropFirst(3)) }
        if bytes.starts(with: [0xFF, 0xFE]) { return utf16(bytes.dropFirst(2), bigEndian: false) }
        if bytes.starts(with: [0xFE, 0xFF]) { return utf16(bytes.dropFirst(2), bigEndian: true) }
        if let bigEndian = utf16Order(bytes) { return utf16(bytes[...], bigEndian: bigEndian) }
        if bytes.contains(0) {
            throw .unreadable("应为文本，但含零字节，不是转写", "expected text, found zero bytes: not a transcript")
        }
        return try utf8(bytes[...])
    }

    /// UTF-8 if it is that, or plainly meant to be (a byte lost on the way must not turn the whole call into other
    /// characters); else GB18030.
    private static func utf8(_ bytes: ArraySlice<UInt8>) throws(Trouble) -> (text: String, damaged: Int) {
        if let text = String(validating: bytes, as: UTF8.self) { return (text, 0) }
        let text = String(decoding: bytes, as: UTF8.self)
        var damaged = 0
        var sound = 0
        for scalar in text.unicodeScalars {
            if scalar.value == 0xFFFD { damaged += 1 } else if scalar.value > 0x7FF { sound += 1 }
        }
        if sound > damaged * 4 { return (text, damaged) }
        return try gb18030(bytes)
    }

    /// Zero bytes tell UTF-16: each is the upper half of an ASCII character (a line end, a digit, a bracket).
    private static func utf16Order(_ bytes: [UInt8]) -> Bool? {
        let sample = bytes.prefix(4096)
        guard bytes.count >= 2, sample.contains(0) else { return nil }
        var even = 0
        var odd = 0
        for (index, byte) in sample.enumerated() where byte == 0 {
            if index % 2 == 0 { even += 1 } else { odd += 1 }
        }
        if odd > even * 8 { return false }
        if even > odd * 8 { return true }
        return nil
    }

    private static func utf16(_ bytes: ArraySlice<UInt8>, bigEndian: Bool) -> (text: String, damaged: Int) {
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count / 2)
        var index = bytes.startIndex
        while index + 1 < bytes.endIndex {
            let first = UInt16(bytes[index])
            let second = UInt16(bytes[index + 1])
            units.append(bigEndian ? first << 8 | second : second << 8 | first)
            index += 2
        }
        let text = String(decoding: units, as: UTF16.self)
        let damaged = text.unicodeScalars.reduce(into: bytes.count % 2) { $0 += $1.value == 0xFFFD ? 1 : 0 }
        return (text, damaged)
    }

    private static func gb18030(_ bytes: ArraySlice<UInt8>) throws(Trouble) -> (text: String, damaged: Int) {
        guard let converter = unsafe iconv_open("UTF-8", "GB18030"), unsafe converter != iconv_t(bitPattern: -1) else {
            throw .needsPerson(
                "本机 iconv 不支持 GB18030；请安装 libc 字符集",
                "iconv of this system does not know GB18030; install the libc character sets")
        }
        defer { unsafe _ = iconv_close(converter) }
        var source = bytes.map { CChar(bitPattern: $0) }
        var text: [UInt8] = []
        text.reserveCapacity(source.count * 3 / 2)
        var buffer = [CChar](repeating: 0, count: 64 << 10)
        var damaged = 0
        var done = 0
        while done < source.count {
            let (read, written, failed) = unsafe source.withUnsafeMutableBufferPointer { source in
                unsafe buffer.withUnsafeMutableBufferPointer { buffer in
                    var from = unsafe source.baseAddress.map { unsafe $0 + done }
                    var left = source.count - done
                    var to = buffer.baseAddress
                    var room = buffer.count
                    let result = unsafe iconv(converter, &from, &left, &to, &room)
                    let code = result == -1 ? errno : 0
                    return (source.count - done - left, buffer.count - room, code)
                }
            }
            text.append(contentsOf: buffer[..<written].lazy.map { UInt8(bitPattern: $0) })
            done += read
            if failed == EILSEQ || failed == EINVAL {
                text.append(contentsOf: [0xEF, 0xBF, 0xBD])
                damaged += 1
                done += 1
            } else if failed != 0, failed != E2BIG {
                throw .unreadable("GB18030 转换失败（\(failed)）", "iconv failed with error \(failed)")
            }
        }
        guard damaged * 50 <= bytes.count, isChinese(bytes) else {
            throw .unreadable(
                "应为 UTF-8、UTF-16 或 GB18030 文本，都不是", "expected text in UTF-8, UTF-16 or GB18030, found neither")
        }
        return (String(decoding: text, as: UTF8.self), damaged)
    }

    /// Nearly any bytes make some GB18030 characters; written Chinese stays within the 6,763 characters and the marks
    /// of GB 2312 but for a name here and there.
    private static func isChinese(_ bytes: ArraySlice<UInt8>) -> Bool {
        var common = 0
        var rare = 0
        var lead: UInt8?
        for byte in bytes.prefix(64 << 10) {
            if let first = lead {
                if (0xA1...0xF7).contains(first), byte >= 0xA1 { common += 1 } else { rare += 1 }
                lead = nil
            } else if byte >= 0x80 {
                lead = byte
            }
        }
        return rare * 4 <= common
    }
}
