import Testing

@testable import Gateway

/// A form as a browser sends it.
struct SampleForm {
    static let boundary = "----WebKitFormBoundaryx7Ty"
    var bytes: [UInt8] = []

    mutating func field(_ name: String, _ value: String) {
        add("Content-Disposition: form-data; name=\"\(name)\"", Array(value.utf8))
    }

    mutating func file(_ name: String, _ content: [UInt8], field: String = "files") {
        add(
            "Content-Disposition: form-data; name=\"\(field)\"; filename=\"\(name)\"\r\nContent-Type: image/jpeg",
            content)
    }

    mutating func add(_ head: String, _ content: [UInt8]) {
        bytes += Array("--\(Self.boundary)\r\n\(head)\r\n\r\n".utf8) + content + [0x0D, 0x0A]
    }

    var whole: [UInt8] { bytes + Array("--\(Self.boundary)--\r\n".utf8) }
}

@Suite("Multipart") struct MultipartTests {
    struct Part: Equatable {
        var head: PartHead
        var content: [UInt8] = []
        var ended = false
    }

    static func read(_ bytes: [UInt8], by size: Int) throws(Multipart.Fault) -> (parts: [Part], complete: Bool) {
        var multipart = Multipart(boundary: SampleForm.boundary)
        var parts: [Part] = []
        var at = 0
        while at < bytes.count {
            let next = min(at + size, bytes.count)
            for event in try multipart.feed(bytes[at..<next]) {
                switch event {
                case .begin(let head): parts.append(Part(head: head))
                case .bytes(let bytes): parts[parts.count - 1].content += bytes
                case .end: parts[parts.count - 1].ended = true
                }
            }
            at = next
        }
        return (parts, multipart.isComplete)
    }

    static var sample: SampleForm {
        var form = SampleForm()
        form.field("text", "路灯不亮\r\n--\r\n------WebKitFormBoundaryx7T\r\n")
        form.field("empty", "")
        form.file("a.jpg", [0xFF, 0xD8, 0x0D, 0x0A, 0x0D, 0x0D, 0x0A, 0x2D, 0x2D, 0x00, 0x0D])
        form.file("", [])
        return form
    }

    @Test("parts come out the same however the bytes are cut", arguments: [1, 2, 3, 7, 64, 100_000])
    func cuts(size: Int) throws {
        let (parts, complete) = try Self.read(Self.sample.whole, by: size)
        #expect(complete)
        #expect(
            parts == [
                Part(
                    head: PartHead(name: "text"),
                    content: Array("路灯不亮\r\n--\r\n------WebKitFormBoundaryx7T\r\n".utf8), ended: true),
                Part(head: PartHead(name: "empty"), ended: true),
                Part(
                    head: PartHead(name: "files", file: "a.jpg"),
                    content: [0xFF, 0xD8, 0x0D, 0x0A, 0x0D, 0x0D, 0x0A, 0x2D, 0x2D, 0x00, 0x0D], ended: true),
                Part(head: PartHead(name: "files", file: ""), ended: true),
            ])
    }

    @Test("no prefix of a form crashes, and only the whole is complete") func prefixes() throws {
        let whole = Self.sample.whole
        for length in 0..<whole.count {
            let (_, complete) = try Self.read(Array(whole.prefix(length)), by: 13)
            #expect(complete == (length >= whole.count - 2), "\(length)")
        }
    }

    @Test("every changed byte is read or refused, never a crash") func damage() {
        let whole = Self.sample.whole
        for index in whole.indices {
            for byte: UInt8 in [0, 0x0D, 0x0A, 0x22, 0xFF] {
                var damaged = whole
                damaged[index] = byte
                _ = try? Self.read(damaged, by: 17)
            }
        }
    }

    @Test(
        "names are read as browsers and other programs write them",
        arguments: [
            ("form-data; name=\"a\"; filename=\"%22x%22.jpg\"", "a", "\"x\".jpg"),
            ("form-data; name=\"a\"; filename=\"say \\\"hi\\\".png\"", "a", "say \"hi\".png"),
            ("form-data; filename=\"照片;1.jpg\"; name=\"files\"", "files", "照片;1.jpg"),
            ("form-data; name=plain", "plain", nil),
            ("FORM-DATA;NAME=\"n\" ; FILENAME=\"C:\\fake\\b.gif\"", "n", "C:\\fake\\b.gif"),
        ] as [(String, String, String?)])
    func names(disposition: String, name: String, file: String?) throws {
        var form = SampleForm()
        form.add("Content-Type: text/plain\r\ncontent-disposition: \(disposition)", [1])
        let (parts, _) = try Self.read(form.whole, by: 5)
        #expect(parts.map(\.head) == [PartHead(name: name, file: file)])
    }

    @Test("what is not multipart is refused early") func refuses() {
        #expect(throws: Multipart.Fault.self) { try Self.read([UInt8](repeating: 65, count: 100_000), by: 1000) }
        var endless = SampleForm()
        endless.add("X: " + String(repeating: "a", count: 100_000), [])
        #expect(throws: Multipart.Fault.self) { try Self.read(endless.whole, by: 1000) }
        var nameless = SampleForm()
        nameless.add("Content-Disposition: form-data", [])
        #expect(throws: Multipart.Fault.self) { try Self.read(nameless.whole, by: 1000) }
    }

    @Test(
        "the boundary is found in the Content-Type",
        arguments: [
            ("multipart/form-data; boundary=abc", "abc"),
            ("Multipart/Form-Data;charset=utf-8; Boundary=\"a b\"", "a b"),
            ("multipart/form-data", nil), ("multipart/mixed; boundary=a", nil), ("multipart/form-data; boundary=", nil),
            ("multipart/form-data; boundary=\(String(repeating: "a", count: 71))", nil), ("", nil),
        ] as [(String, String?)])
    func boundaries(type: String, expected: String?) {
        #expect(Multipart.boundary(type) == expected)
    }
}
