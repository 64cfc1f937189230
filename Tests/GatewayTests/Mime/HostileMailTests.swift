import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("Hostile mail") struct HostileMailTests {
    func read(_ mail: [UInt8]) async throws -> Result<Mail, Trouble> {
        try await withFolder { folder in
            try Data(mail).write(to: URL(filePath: folder + "/mail"))
            return Result { () throws(Trouble) in try MailReader(folder: folder).read(folder + "/mail") }
        }
    }

    func read(_ text: String) async throws -> Result<Mail, Trouble> { try await read(Array(text.utf8)) }

    func reason(_ result: Result<Mail, Trouble>) -> String? {
        if case .failure(let trouble) = result, trouble.kind == .lasting { trouble.reason } else { nil }
    }

    @Test("every beginning of every sample is read or refused, and nothing else happens") func prefixes() async throws {
        let folder = Fixtures.path("mail")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".eml") {
            let bytes = try Fixtures.bytes("mail/\(name)")
            for end in stride(from: 0, to: bytes.count, by: 9) {
                let result = try await read(Array(bytes[..<end]))
                if case .failure(let trouble) = result { #expect(trouble.kind == .lasting, "\(name) \(end)") }
            }
        }
    }

    @Test("ten thousand parts are read, of more the mail is refused") func parts() async throws {
        let head = "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n"
        let many = try await read(
            head + String(repeating: "--b\nContent-Disposition: attachment\n\nx\n", count: 10_000))
        let mail = try many.get()
        #expect(mail.files.count == 500)
        #expect(mail.remarks.map { Phrase(kept: $0).en } == ["9500 more files are in the kept mail"])
        let more = try await read(head + String(repeating: "--b\n\nx\n", count: 20_001))
        #expect(reason(more) == "expected at most 10000 parts in a mail, found more")
    }

    @Test("a header full of encoded words that never end is read in one pass") func openWords() {
        let words = String(repeating: "=?a?b?x", count: 140_000)
        #expect(EncodedWords.decode(Array(words.utf8)) == words)
        #expect(MailAddress.list(Array(words.utf8)) == [MailAddress(name: words, address: "")])
        let unknown = String(repeating: "=?a?z?x", count: 140_000) + "?="
        #expect(EncodedWords.decode(Array(unknown.utf8)) == unknown)
    }

    @Test("parts inside parts end somewhere") func depth() async throws {
        let nested = (0..<2000).map { "--b\($0)\nContent-Type: multipart/mixed; boundary=b\($0 + 1)\n\n" }.joined()
        let parts = try await read("Subject: x\nContent-Type: multipart/mixed; boundary=b0\n\n" + nested)
        #expect(reason(parts) == "expected at most 100 parts inside each other in a mail, found more")
        let enclosed = String(repeating: "Content-Type: message/rfc822\n\n", count: 50_000)
        #expect(try await read("Subject: x\n" + enclosed).get().files.count == 1)
    }

    @Test("headers end somewhere") func headers() async throws {
        let long = try await read("Subject: " + String(repeating: "x", count: 1 << 20) + "\n\nx")
        #expect(reason(long) == "expected at most 1048576 bytes of headers in a mail, found more")
        let many = try await read(String(repeating: "a: b\n", count: 20_001) + "\nx")
        #expect(reason(many) == "expected at most 20000 headers in a message, found more")
    }

    @Test("long text is cut and says so") func longText() async throws {
        let mail = try await read("Subject: x\n\n" + String(repeating: "路灯不亮\n", count: 100_000)).get()
        #expect(mail.text.utf8.count <= 1 << 20 && mail.text.utf8.count > 1 << 19)
        #expect(
            mail.remarks.map { Phrase(kept: $0).en }
                == ["the text was cut at 1048576 bytes; the whole is in the kept mail"])
    }

    @Test("HTML made to take for ever takes no longer than other HTML") func html() async throws {
        for bait in ["<a b=\"", "<!--", "&", "<script>", "<", "<p ", "<a href='x'>", "</", "&#x"] {
            let body = String(repeating: bait, count: 200_000 / bait.utf8.count)
            _ = try await read("Subject: x\nContent-Type: text/html\n\n" + body).get()
        }
    }

    @Test(
        "bytes that are no mail are refused in words",
        arguments: ["", "\n", "\n\n\n", "no header at all", "\u{0}\u{0}"])
    func noMail(text: String) async throws { #expect(reason(try await read(text)) != nil) }

    @Test("control characters and line ends do not get into a subject") func control() async throws {
        let mail = try await read("Subject: =?utf-8?Q?a=0D=0ABcc:_x=00y?=\nFrom: =?utf-8?Q?a=0Ab?= <a@b>\n\nx").get()
        #expect(mail.subject == "a  Bcc: x y")
        #expect(mail.from?.name == "a b")
    }

    @Test("headers of any bytes are read without a crash") func anyHeader() async throws {
        var random = SystemRandomNumberGenerator()
        let odd = Array("=?<>\"(),;:@\\ bBqQ*-_\u{1b}~{}ABCgbk".utf8) + [0x81, 0xa1, 0xfe, 0xff, 0x80]
        for _ in 0..<2000 {
            let bytes = (0..<40).map { _ in odd.randomElement(using: &random) ?? 0 }
            _ = EncodedWords.decode(bytes)
            _ = MailAddress.list(bytes)
            _ = MessageIDs.read(bytes)
            _ = HZ.decode(bytes)
            for label in ["gb2312", "big5", "utf-8", "hz", "iso-8859-1", "x-none", nil] {
                _ = Charset.decode(bytes, label: label)
            }
            _ = HTMLText.plain(String(decoding: bytes, as: UTF8.self))
        }
    }
}
