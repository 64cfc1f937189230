import Foundation
import Intake
import Testing

@testable import Gateway

@Suite("Reading mail") struct MailReaderTests {
    static let text = "您好：\n槐荫路12号门前的路灯已经一周不亮，晚上行人看不清台阶，已有老人摔倒。\n请尽快派人维修，谢谢！\n"
    static let traditional = "您好：\n槐蔭路12號門前的路燈已經一週不亮，晚上行人看不清臺階，已有老人摔倒。\n請儘快派人維修，謝謝！\n"

    func read(_ name: String) async throws -> Mail {
        try await withFolder { try MailReader(folder: $0).read(Fixtures.path("mail/\(name).eml")) }
    }

    @Test(
        "Chinese mail is read in every charset it comes in",
        arguments: [
            ("gbk", "槐荫路路灯不亮", text + "王小明"), ("utf-8", "槐荫路路灯不亮", text + "王小明"),
            ("hz-gb-2312", "槐荫路路灯不亮", text + "王小明"), ("big5", "槐蔭路路燈不亮", traditional + "王小明"),
        ])
    func charsets(name: String, subject: String, text: String) async throws {
        let mail = try await read(name)
        #expect(mail.subject == subject)
        #expect(mail.text == text)
        #expect(mail.from == MailAddress(name: "王小明", address: "wang@example.net"))
        #expect(mail.messageID == "\(name)@example.net")
        #expect(mail.date == Instant(seconds: 1_795_221_000))
    }

    @Test("what says GB2312 and is GBK is read whole") func gb2312() async throws {
        let mail = try await read("gb2312")
        #expect(mail.subject == "槐荫路路灯不亮，请朱镕、陶喆两位师傅来看")
        #expect(mail.text == MailReaderTests.text + "朱镕 陶喆")
    }

    @Test(
        "mail that names no charset, with raw bytes in its headers, is guessed",
        arguments: [
            ("unlabelled-gb18030", "槐荫路路灯不亮", text), ("unlabelled-hz", "槐荫路路灯不亮", text),
            ("unlabelled-big5", "槐蔭路路燈不亮", traditional),
        ])
    func unlabelled(name: String, subject: String, text: String) async throws {
        let mail = try await read(name)
        #expect(mail.subject == subject)
        #expect(mail.text == text + "王小明")
        #expect(mail.from?.name == "王小明")
    }

    @Test("a character split over two encoded words is put together") func splitWord() async throws {
        let mail = try await read("split-word")
        #expect(mail.subject == "槐荫路路灯不亮！")
        #expect(mail.from == MailAddress(name: "王小明", address: "wang@example.net"))
    }

    @Test("files are taken out whole, with names that are no paths") func files() async throws {
        try await withFolder { folder in
            let mail = try MailReader(folder: folder).read(Fixtures.path("mail/files.eml"))
            #expect(mail.text == "路灯不亮，见照片。")
            #expect(mail.files.map(\.name) == ["槐荫路.jpg", "报告.pdf", "passwd", "转发.eml"])
            #expect(mail.files.map(\.type) == ["image/jpeg", "application/pdf", "text/plain", "message/rfc822"])
            let photo = try Data(contentsOf: URL(filePath: mail.files[0].path))
            #expect(photo == Data((0..<768).map { UInt8(truncatingIfNeeded: $0) }))
            #expect(mail.files[0].size == 768)
            let forwarded = try String(contentsOfFile: mail.files[3].path, encoding: .utf8)
            #expect(forwarded.contains("forwarded text"))
            #expect(mail.files.allSatisfy { $0.path.hasPrefix(folder + "/") })
        }
    }

    @Test("where the plain version is empty the words come out of the HTML") func html() async throws {
        let mail = try await read("html-only")
        #expect(mail.text == "路灯 不亮\n\n一周了\n请修&看 照片 (https://example.org/p.jpg)")
    }

    @Test("a bounce says which mail of ours it is about") func bounce() async throws {
        let mail = try await read("bounce")
        #expect(Automatic.of(mail) == .bounce)
        #expect(mail.report?.original == "d-1@hotline.example.org")
        #expect(mail.report?.type == "delivery-status")
        #expect(mail.origin.returnPath == "")
    }

    @Test("an answer of a machine is known, and which mail it answers") func away() async throws {
        let mail = try await read("away")
        #expect(Automatic.of(mail) == .reply)
        #expect(mail.threading.inReplyTo == ["d-1@hotline.example.org"])
        #expect(mail.threading.references == ["a@x", "d-1@hotline.example.org"])
        #expect(Automatic.of(try await read("gbk")) == nil)
    }

    @Test("two mails with one id and other bodies have other digests, whatever the headers say") func digests()
        async throws
    {
        func digest(_ text: String) async throws -> [UInt8] {
            try await withFolder { folder in
                try text.write(toFile: folder + "/m", atomically: false, encoding: .utf8)
                return try MailReader(folder: folder).read(folder + "/m").bodyDigest
            }
        }
        let first = try await digest("Message-ID: <a>\r\nReceived: x\r\n\r\nbody\r\n")
        #expect(first.count == 32)
        #expect(try await digest("Message-ID: <a>\r\n\r\nbody\r\n") == first)
        #expect(try await digest("Message-ID: <a>\r\n\r\nbody!\r\n") != first)
    }
}
