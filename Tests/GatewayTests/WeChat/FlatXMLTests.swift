import Gateway
import Intake
import Testing

@Suite("Flat XML from outside")
struct FlatXMLTests {
    static func read(_ text: String) throws -> FlatXML { try FlatXML.read(Array(text.utf8)) }

    @Test("Text, CDATA and nested elements are read in any order, with predefined entities and without trimming")
    func fields() throws {
        let xml = try Self.read(
            """
            <?xml version="1.0" encoding="GBK"?><!-- a --><xml> <B><![CDATA[<路灯>]]> &amp; more</B><A>1</A><C/>
            <D><n>2</n><i><s>x</s></i><i><s>y</s></i></D><E><![CDATA[]]></E></xml>
            """)
        #expect(xml.root == "xml")
        #expect(xml.fields == ["B": "<路灯> & more", "A": "1", "C": "", "D.n": "2", "D.i.s": "x", "E": ""])
    }

    @Test("Control characters that a citizen typed do not make a message unreadable")
    func controls() throws {
        #expect(try Self.read("<xml><a>1\u{8}2\u{0}3</a></xml>")["a"] == "1 2 3")
    }

    @Test(
        "What is not well-formed, has a document type or an entity, or says a thing twice is a lasting trouble",
        arguments: [
            "", " ", "路灯", "<xml>", "<xml><a>1</xml>", "<xml/><xml/>", "<xml><a>1</a><a>2</a></xml>",
            "<xml><a>&b;</a></xml>", "<!DOCTYPE xml><xml/>",
            #"<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><t>&b;</t></xml>"#,
            #"<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><t>&a;</t></xml>"#,
            #"<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><xml/>"#, "<xml><a>&#0;</a></xml>",
        ])
    func refused(_ text: String) {
        let trouble = #expect(throws: Trouble.self) { try Self.read(text) }
        #expect(trouble?.kind == .lasting)
    }

    @Test("Bytes that are no UTF-8 are refused") func charset() {
        #expect(throws: Trouble.self) {
            try FlatXML.read(Array("<xml><a>".utf8) + [0xC2, 0xB7, 0xB5, 0xC6] + Array("</a></xml>".utf8))
        }
    }

    @Test("Size, depth and number of nodes are bounded") func bounds() throws {
        #expect(throws: Trouble.self) {
            try Self.read("<xml><a>\(String(repeating: "x", count: 256 * 1024))</a></xml>")
        }
        let deep = String(repeating: "<a>", count: 9) + String(repeating: "</a>", count: 9)
        #expect(throws: Trouble.self) { try Self.read(deep) }
        #expect(throws: Trouble.self) { try Self.read(String(repeating: "<a>", count: 80_000)) }
        #expect(throws: Trouble.self) { try Self.read("<xml>\(String(repeating: "<a/>", count: 2_001))</xml>") }
        #expect(
            try Self.read("<xml><a>\(String(repeating: "x", count: 200_000))</a></xml>")["a"]?.utf8.count == 200_000)
    }

    @Test("No prefix of a real message traps") func prefixes() {
        let bytes = Array(WeChatMessageTests.location.utf8)
        for length in bytes.indices { #expect(throws: Trouble.self) { try FlatXML.read(Array(bytes[..<length])) } }
    }
}
