import Foundation
import Gateway
import Intake
import Testing

@Suite("JSON from outside")
struct JSONValueTests {
    static func read(_ text: String) throws -> JSONValue { try JSONValue.read(Array(text.utf8)) }

    @Test("Numbers stay text, members keep their order, and a name that stands twice stays twice")
    func values() throws {
        let value = try Self.read(#" {"b":[1,-0.5e+3,18446744073709551616],"a":null,"b":true,"c":{"d":[]}} "#)
        #expect(
            value
                == .object([
                    .init(
                        name: "b", value: .array([.number("1"), .number("-0.5e+3"), .number("18446744073709551616")])),
                    .init(name: "a", value: .null), .init(name: "b", value: .bool(true)),
                    .init(name: "c", value: .object([.init(name: "d", value: .array([]))])),
                ]))
        #expect(value.member("b") == nil)
        #expect(value.member("a") == .null)
    }

    @Test(
        "Escapes and surrogates read as RFC 8259 says, and half a pair becomes the replacement character",
        arguments: [
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u8def灯""#, "路灯"), (#""\ud83d\ude00!""#, "😀!"),
            (#""\ud83d!""#, "\u{FFFD}!"), (#""\ud83dA""#, "\u{FFFD}A"), (#""\ude00\ud83d""#, "\u{FFFD}\u{FFFD}"),
            (#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"), ("\"\u{7F}\"", "\u{7F}"), (#""\u0000""#, "\0"),
        ])
    func strings(_ text: String, _ expected: String) throws {
        #expect(try Self.read(text) == .string(expected))
    }

    @Test(
        "What is not JSON is a lasting trouble",
        arguments: [
            "", " ", "nul", "{", "[1,]", "{\"a\"}", "{\"a\":1,}", "{a:1}", "'a'", "01", "-", "1.", "1e", "+1", ".5",
            "NaN",
            "\"a", "\"a\nb\"", "\"\\x\"", "\"\\u12\"", "1 2", "[1}", "\"\\ud83", "tru", "{\"a\":1 \"b\":2}",
        ])
    func refused(_ text: String) {
        let trouble = #expect(throws: Trouble.self) { try Self.read(text) }
        #expect(trouble?.kind == .lasting)
    }

    @Test(
        "Bytes that are no UTF-8 are refused, in plain strings and in those with escapes; a byte order mark is skipped")
    func charset() throws {
        let gbk: [UInt8] = [0x22, 0xC2, 0xB7, 0xB5, 0xC6, 0x22]
        #expect(throws: Trouble.self) { try JSONValue.read(gbk) }
        #expect(throws: Trouble.self) { try JSONValue.read([0x22, 0x5C, 0x6E, 0xC2, 0xB7, 0xB5, 0xC6, 0x22]) }
        #expect(try JSONValue.read([0xEF, 0xBB, 0xBF] + Array("1".utf8)) == .number("1"))
    }

    @Test("Depth and number of values are bounded")
    func bounds() throws {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: Trouble.self) { try Self.read(deep) }
        let allowed = String(repeating: "[", count: 32) + "1" + String(repeating: "]", count: 32)
        #expect((try? Self.read(allowed)) != nil)
        #expect(throws: Trouble.self) { try Self.read("[" + allowed + "]") }
        let many = "[" + String(repeating: "0,", count: JSONValue.mostValues) + "0]"
        #expect(throws: Trouble.self) { try Self.read(many) }
    }

    @Test("No prefix and no single changed byte of a real body traps")
    func prefixes() throws {
        let body = try WebhookBodyTests.full()
        for length in body.indices {
            #expect(throws: Trouble.self) { try JSONValue.read(Array(body[..<length].dropLast())) }
        }
        for position in body.indices {
            for byte: UInt8 in [0, 0x22, 0x5C, 0x7B, 0xFF] {
                var changed = body
                changed[position] = byte
                _ = try? WebhookBody.read(changed, id: "x")
            }
        }
    }
}
