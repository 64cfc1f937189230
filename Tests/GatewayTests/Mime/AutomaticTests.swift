import Foundation
import Testing

@testable import Gateway

@Suite("Whether a person wrote a mail") struct AutomaticTests {
    func mail(_ subject: String, _ header: String = "", from: String = "han@example.net") async throws -> Mail {
        try await withFolder { folder in
            let text = "From: <\(from)>\r\nSubject: \(subject)\r\n\(header)\r\n路灯不亮\r\n"
            try text.write(toFile: folder + "/m", atomically: false, encoding: .utf8)
            return try MailReader(folder: folder).read(folder + "/m")
        }
    }

    @Test(
        "a citizen who writes like a machine gets a ticket, without a receipt by mail",
        arguments: [
            "投递失败：快递员三次把包裹扔在楼下", "退信问题：邮局把挂号信退回", "Auto: illegally parked car on Zhongshan Road",
            "Undeliverable parcels at the post office", "自动回复太慢",
        ])
    func subjects(subject: String) async throws {
        #expect(Automatic.of(try await mail(subject)) == .bulk)
    }

    @Test("a mail whose return path was lost on the way is a ticket too") func pathless() async throws {
        #expect(Automatic.of(try await mail("路灯不亮", "Return-Path: <>\r\n")) == .bulk)
        #expect(Automatic.of(try await mail("退信问题", "Return-Path: <>\r\n")) == .bulk)
        #expect(Automatic.of(try await mail("路灯不亮", from: "postmaster@example.net")) == .bulk)
        #expect(Automatic.of(try await mail("路灯不亮")) == nil)
    }

    @Test("what shows by its form that a machine made it is a notice") func proof() async throws {
        let system = "mailer-daemon@example.net"
        #expect(Automatic.of(try await mail("hello", "X-Failed-Recipients: a@b\r\n")) == .bounce)
        #expect(Automatic.of(try await mail("hello", "Return-Path: <>\r\n", from: system)) == .bounce)
        #expect(Automatic.of(try await mail("hello", "Auto-Submitted: auto-replied\r\n")) == .reply)
        #expect(Automatic.of(try await mail("hello", "X-Autoreply: yes\r\n")) == .reply)
    }

    @Test("a machine's subject over an answer to a mail of ours is a notice; a person's answer is none")
    func answers() async throws {
        #expect(Automatic.of(try await mail("退信：已收到"), answersUs: true) == .bounce)
        #expect(Automatic.of(try await mail("自动回复：已收到"), answersUs: true) == .reply)
        #expect(Automatic.of(try await mail("已收到", "Return-Path: <>\r\n"), answersUs: true) == .reply)
        #expect(Automatic.of(try await mail("Re: 已收到"), answersUs: true) == nil)
    }
}
