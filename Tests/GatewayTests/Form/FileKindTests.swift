import Foundation
import Testing

@testable import Gateway

@Suite("File kinds") struct FileKindTests {
    static func bytes(_ hex: String, _ text: String = "") -> [UInt8] {
        hex.split(separator: " ").compactMap { UInt8($0, radix: 16) } + Array(text.utf8)
            + [UInt8](repeating: 0, count: 64)
    }

    @Test(
        "a file is told by its content",
        arguments: [
            (bytes("FF D8 FF E0", "..JFIF"), "image/jpeg"), (bytes("89 50 4E 47 0D 0A 1A 0A"), "image/png"),
            (bytes("", "GIF89a"), "image/gif"), (bytes("", "RIFF....WEBPVP8 "), "image/webp"),
            (bytes("00 00 00 18", "ftypheic"), "image/heic"), (bytes("00 00 00 18", "ftypmif1"), "image/heic"),
            (bytes("00 00 00 18", "ftypisom"), "video/mp4"), (bytes("00 00 00 14", "ftypqt  "), "video/quicktime"),
            (bytes("00 00 00 08", "wide"), "video/quicktime"), (bytes("00 00 00 14", "ftyp3gp5"), "video/3gpp"),
            (bytes("1A 45 DF A3 9F 42 86 81 01 42 82 84", "webm"), "video/webm"),
            (bytes("", "#!AMR\n"), "audio/amr"), (bytes("", "ID3\u{3}"), "audio/mpeg"),
            (bytes("FF FB 90 64"), "audio/mpeg"), (bytes("FF F1 50 80"), "audio/aac"),
            (bytes("FF F3 40 C0"), "audio/mpeg"),
            (bytes("00 00 00 1C", "ftypM4A "), "audio/mp4"), (bytes("", "RIFF....WAVEfmt "), "audio/wav"),
            (bytes("", "OggS"), "audio/ogg"), (bytes("", "%PDF-1.7"), "application/pdf"),
        ] as [([UInt8], String)])
    func known(bytes: [UInt8], type: String) {
        #expect(FileKind(bytes)?.type == type)
    }

    @Test(
        "what is none of those is refused, whatever it is called",
        arguments: [
            bytes("4D 5A 90 00"), bytes("50 4B 03 04"), bytes("", "<html>"), bytes("", "<svg xmlns="),
            bytes("7F", "ELF"),
            bytes("", "RIFF....AVI "), bytes("1A 45 DF A3", "matroska"), bytes("FF FE 41 00"), bytes("FF FF FF FF"),
            bytes("00 00 00 18", "ftypavif"), bytes("", "#!/bin/sh"), [], [0xFF], [0, 0, 0],
        ])
    func unknown(bytes: [UInt8]) {
        #expect(FileKind(bytes) == nil)
    }

    @Test("no beginning of any length crashes") func prefixes() {
        for length in 0..<24 {
            for first in UInt8.min ... .max { _ = FileKind([first] + [UInt8](repeating: 0x66, count: length)) }
        }
    }

    @Test(
        "file names are shown without folders and controls, and keep their ending",
        arguments: [
            ("C:\\Users\\me\\照片.jpg", "照片.jpg"), ("../../etc/passwd", "passwd"), ("a\u{202E}gpj.exe\n", "agpj.exe"),
            ("", ""), ("a/\u{31B}b.jpg", "\u{31B}b.jpg"), ("..\u{601}/..\u{61C}\\b.jpg", "b.jpg"),
            (String(repeating: "长", count: 200) + ".jpeg", String(repeating: "长", count: 37) + "….jpeg"),
        ])
    func names(given: String, shown: String) {
        #expect(given.asFileName == shown)
        #expect(given.asFileName.utf8.count <= 120)
    }
}
