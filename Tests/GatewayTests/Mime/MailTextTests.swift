import Intake
import Testing

@testable import Gateway

@Suite("Charsets, names and HTML") struct MailTextTests {
    @Test("a label that is plainly wrong is not believed") func wrongLabels() {
        let utf8 = Array("路灯不亮，请维修".utf8)
        for label in ["gb2312", "iso-8859-1", "us-ascii", "x-unknown", "no-such-charset"] {
            #expect(Charset.decode(utf8, label: label) == "路灯不亮，请维修", "\(label)")
        }
        // 路灯不亮 in GBK
        let gbk: [UInt8] = [0xc2, 0xb7, 0xb5, 0xc6, 0xb2, 0xbb, 0xc1, 0xc1]
        for label in ["utf-8", "iso-8859-1", "gb2312", "x-unknown"] {
            #expect(Charset.decode(gbk, label: label) == "路灯不亮", "\(label)")
        }
    }

    @Test("Western letters are not taken for Chinese") func western() {
        let latin: [UInt8] = Array("caf".utf8) + [0xe9] + Array(" d".utf8) + [0xe9] + Array("j".utf8) + [0xe0]
        for label in [nil, "iso-8859-1", "us-ascii", "windows-1252"] {
            #expect(Charset.decode(latin, label: label) == "café déjà", "\(label ?? "none")")
        }
        #expect(Charset.decode(Array("café".utf8), label: nil) == "café")
    }

    @Test("what a charset cannot say becomes U+FFFD, and the rest stays") func broken() {
        #expect(Charset.decode([0xc2, 0xb7, 0xff, 0x41], label: "gbk") == "路\u{fffd}A")
        #expect(Charset.decode([0x41, 0xc2], label: "gb18030") == "A\u{fffd}")
    }

    @Test("HZ runs end with their line") func hz() {
        #expect(HZ.decode(Array("~{B75F~} ok ~~ ~{2;AA\nplain".utf8)) == "路灯 ok ~ 不亮\nplain")
    }

    @Test("addresses are read as people write them") func addresses() {
        func read(_ text: String) -> [MailAddress] { MailAddress.list(Array(text.utf8)) }
        #expect(
            read("\"Wang, Xiaoming\" <w@x.cn>, b@y.cn") == [
                MailAddress(name: "Wang, Xiaoming", address: "w@x.cn"), MailAddress(name: "", address: "b@y.cn"),
            ])
        #expect(read("w@x.cn (王小明)") == [MailAddress(name: "王小明", address: "w@x.cn")])
        #expect(read("友人: a@x, b@y;").map(\.address) == ["a@x", "b@y"])
        #expect(read("=?utf-8?Q?a,b?= <a@x>") == [MailAddress(name: "a,b", address: "a@x")])
        #expect(read("") == [] && read("<>") == [MailAddress(name: "", address: "")])
        #expect(read(String(repeating: "a@x,", count: 1000)).count == 200)
    }

    @Test("HTML that is broken keeps its words") func brokenHTML() {
        #expect(HTMLText.plain("a <b>b</b> < c & d &copy; &#x8def;&#28783; <unclosed") == "a b < c & d © 路灯 <unclosed")
        #expect(HTMLText.plain("<style>never closed <p>路灯") == "never closed\n\n路灯")
        #expect(HTMLText.plain("one<!-- gone -->two<br/>three<p>four") == "onetwo\nthree\n\nfour")
        #expect(HTMLText.plain("<pre>a\n  b</pre>") == "a\n  b")
    }
}
