import Foundation
import Intake
import Servers
import Testing

@testable import Gateway

@Suite("The form through its routes") struct FormRouteTests {
    static let jpeg = FormReaderTests.jpeg

    @Test("a form with a picture becomes one ticket, however often it is sent", arguments: Backend.allCases)
    func once(ledger: Backend) async throws {
        try await withGateway(ledger, channels: FormSender.channel) { gateway in
            let sender = try FormSender(gateway)
            var form = sender.form(
                token: sender.token(), [("phone", "13800138000"), ("district", "east"), ("place", "幸福路")])
            form.file("photo.jpg", Self.jpeg)
            let first = try await sender.post(form)
            #expect(first.status == 303)
            let number = try #require(first.receipt)
            #expect(try await sender.post(form).header("location") == first.header("location"))

            let receipt = try await sender.get(try #require(first.header("location")))
            #expect(receipt.status == 200 && receipt.text.contains("\(number)"))
            #expect(receipt.text.contains(LookupCode.shown(sender.keys.lookupCode(number))))
            #expect(receipt.text.contains("by "))

            let order: String = try await eventually("the department has it") {
                gateway.handedOver(to: "lighting").first.map { String(decoding: $0.json, as: UTF8.self) }
            }
            #expect(order.contains("\(number)") && !order.contains("13800138000"))

            let link = "/t/\(number)?lang=en&code=\(sender.keys.lookupCode(number))"
            let progress = try await sender.get(link)
            #expect(progress.status == 200)
            #expect(progress.text.contains("Passed to Lighting Office") && progress.text.contains("Street lights"))
            #expect(try await gateway.books().tickets == 1)
        }
    }

    @Test(
        "a form that was a report takes a new one for other words, with its files, and waits as the first did",
        arguments: Backend.allCases)
    func reused(ledger: Backend) async throws {
        try await withGateway(ledger, channels: FormSender.channel) { gateway in
            let sender = try FormSender(gateway)
            let token = sender.token()
            let one = sender.form(token: token)
            let first = try await sender.post(one).receipt
            var other = sender.form(token: token, [("text", "停水了")])
            other.file("photo.jpg", Self.jpeg)
            let asked = try await sender.post(other)
            #expect(asked.status == 422 && asked.text.contains("sent already") && asked.text.contains("停水了"))
            #expect(try await sender.post(one).receipt == first)
            #expect(try await gateway.books().tickets == 1)

            let renewed = try #require(asked.value(of: "token"))
            let kept = try #require(asked.value(of: "kept"))
            // The token of the first was given out a minute ago; this one's time begins now.
            #expect(try #require(FormToken(renewed, keys: sender.keys)).issued > .wall - .seconds(30))
            let again = sender.form(token: renewed, [("text", "停水了"), ("kept", kept)])
            let second: HTTPAnswer = try await eventually("the new form has waited") {
                let answer = try await sender.post(again)
                return answer.status == 303 ? answer : nil
            }
            #expect(second.receipt != nil && second.receipt != first)
            #expect(try await gateway.books().tickets == 2)
        }
    }

    @Test(
        "what is wrong comes back with everything typed and uploaded, and is accepted once mended",
        arguments: Backend.allCases)
    func mended(ledger: Backend) async throws {
        try await withGateway(ledger, channels: FormSender.channel) { gateway in
            let sender = try FormSender(gateway)
            var form = sender.form(
                token: sender.token(),
                [("text", ""), ("consent", ""), ("phone", "12"), ("place", "幸福路\"12\""), ("district", "east")])
            form.file("one.jpg", Self.jpeg)
            form.file("two.jpg", Self.jpeg + [1])
            form.file("bad.exe", Array("MZ".utf8) + [UInt8](repeating: 1, count: 100))
            let wrong = try await sender.post(form)
            #expect(wrong.status == 422 || wrong.status == 415)
            for anchor in ["#text", "#phone", "#consent", "#files"] {
                #expect(wrong.text.contains("href=\"\(anchor)\""), "\(anchor)")
            }
            #expect(wrong.text.contains("value=\"幸福路&quot;12&quot;\""))
            #expect(wrong.text.contains("value=\"east\" selected"))
            #expect(wrong.text.contains("Riverside Street"))
            let kept = wrong.values(of: "kept")
            #expect(kept.count == 2)

            let removed = try #require(kept.first)
            let mended = sender.form(
                token: try #require(wrong.value(of: "token")),
                kept.map { ("kept", $0) } + [("remove", removed), ("district", "east")])
            let number = try #require(try await sender.post(mended).receipt)
            #expect(try await sender.post(mended).receipt == number)
            let order: String = try await eventually("the department has it") {
                gateway.handedOver(to: "lighting").first.map { String(decoding: $0.json, as: UTF8.self) }
            }
            #expect(order.contains("two.jpg") && !order.contains("one.jpg"))
        }
    }

    @Test(
        "a form of somebody else's making gets a fresh page that waits as any does, and its files are not kept",
        arguments: Backend.allCases)
    func forged(ledger: Backend) async throws {
        try await withGateway(ledger, channels: FormSender.channel(waiting: "10s")) { gateway in
            let sender = try FormSender(gateway)
            let foreign = FormToken(issued: .wall - .seconds(60)).text(try FormTokenTests.keys(9))
            var fresh = ""
            for token in ["", "x.1.00", foreign] {
                var form = sender.form(token: token)
                form.file("one.jpg", Self.jpeg)
                let answer = try await sender.post(form)
                #expect(answer.status == 422 && answer.text.contains("路灯不亮"))
                #expect(answer.values(of: "kept").isEmpty && answer.text.contains("one.jpg"))
                fresh = try #require(answer.value(of: "token"))
                #expect(try #require(FormToken(fresh, keys: sender.keys)).issued > .wall - .seconds(10))
            }
            let form = sender.form(token: fresh)
            let quick = try await sender.post(form)
            #expect(quick.status == 422 && quick.text.contains("once more"))
            let sent: HTTPAnswer = try await eventually("the form has waited") {
                let answer = try await sender.post(form)
                return answer.status == 303 ? answer : nil
            }
            #expect(sent.receipt != nil)
            #expect(try await gateway.books().tickets == 1)
        }
    }

    @Test(
        "too quick, too old, agreed to other words, or a filled trap: the form comes back and says what to do",
        arguments: Backend.allCases)
    func robots(ledger: Backend) async throws {
        try await withGateway(ledger, channels: FormSender.channel(waiting: "60s")) { gateway in
            let sender = try FormSender(gateway)
            let quick = try await sender.post(sender.form(token: sender.token(age: .zero)))
            #expect(quick.status == 422 && quick.text.contains("once more"))
            let old = try await sender.post(sender.form(token: sender.token(age: .seconds(90_000))))
            #expect(old.status == 422)
            let renewed = try await sender.post(sender.form(token: try #require(old.value(of: "token"))))
            #expect(renewed.status == 303)
            let other = try await sender.post(sender.form(token: sender.token(), [("consent", "v6")]))
            #expect(other.status == 422 && other.text.contains("href=\"#consent\""))
            let trapped = try await sender.post(sender.form(token: sender.token(), [("website", "http://spam")]))
            #expect(trapped.status == 422 && trapped.text.contains("href=\"#website\""))
            #expect(try await gateway.books().tickets == 1)
        }
    }

    @Test("areas are offered level by level, with and without the script") func areas() async throws {
        try await withGateway(.sqlite, channels: FormSender.channel) { gateway in
            let sender = try FormSender(gateway)
            let page = try await sender.post(
                sender.form(token: sender.token(), [("text", ""), ("district", "east"), ("act", "areas")]))
            #expect(page.status == 200 && page.text.contains("value=\"east.river\">Riverside Street"))
            #expect(!page.text.contains("class=\"flaws\""))
            let list = try await sender.get("/areas/east")
            #expect(list.text == #"[{"code":"east.river","name":"临河街道"}]"#)
            #expect(try await sender.get("/areas/east?lang=en").text.contains("Riverside Street"))
            #expect(try await sender.get("/areas/nowhere").text == "[]")
        }
    }

    @Test("the button of the other language keeps what was typed") func otherLanguage() async throws {
        try await withGateway(.sqlite, channels: FormSender.channel) { gateway in
            let sender = try FormSender(gateway)
            let page = try await sender.post(sender.form(token: sender.token(), [("act", "zh")]))
            #expect(page.status == 200 && page.text.contains("<html lang=\"zh-Hans\">") && page.text.contains("路灯不亮"))
            #expect(page.value(of: "lang") == "zh")
        }
    }

    @Test("emergency words are answered at once with whom to call", arguments: Backend.allCases)
    func emergency(ledger: Backend) async throws {
        try await withGateway(ledger, channels: FormSender.channel) { gateway in
            let sender = try FormSender(gateway)
            let fields = [("text", "楼下着火了"), ("consent", "")]
            let again = try await sender.post(sender.form(token: sender.token(), fields))
            #expect(again.text.contains("call 119 now") && again.text.contains("role=\"alert\""))
            let done = try await sender.post(sender.form(token: sender.token(), [("text", "楼下着火了")]))
            let receipt = try await sender.get(try #require(done.header("location")))
            #expect(receipt.text.contains("call 119 now"))
        }
    }

    @Test("files over the limit are refused with 413 and the rest of the form is kept") func large() async throws {
        try await withGateway(.sqlite, channels: FormSender.channel) { gateway in
            let sender = try FormSender(gateway)
            var form = sender.form(token: sender.token())
            form.file("huge.jpg", Self.jpeg + [UInt8](repeating: 7, count: 9000))
            form.file("small.jpg", Self.jpeg)
            let answer = try await sender.post(form)
            #expect(answer.status == 413 && answer.text.contains("huge.jpg") && answer.values(of: "kept").count == 1)
            #expect(answer.text.contains("路灯不亮"))
        }
    }

    @Test("a field of more than 64 KiB is complained about once, and nobody is told that all of it is kept") func cut()
        async throws
    {
        try await withGateway(.sqlite, channels: FormSender.channel) { gateway in
            let sender = try FormSender(gateway)
            for (field, limit) in [("text", 5000), ("place", FormDraft.lineLimit)] {
                let long = String(repeating: "x", count: FormReader.Limits.field + 1)
                let answer = try await sender.post(sender.form(token: sender.token(), [(field, long)]))
                #expect(answer.status == 413)
                #expect(answer.text.components(separatedBy: "<li><a href=\"#\(field)\">").count == 2)
                #expect(answer.text.contains("only its beginning was kept; keep it under \(limit) characters"))
                #expect(
                    answer.text.contains("Everything else") && !answer.text.contains("What you wrote and uploaded is"))
            }
        }
    }

    @Test("what no browser sends is answered with a plain page") func unreadable() async throws {
        try await withGateway(.sqlite, channels: FormSender.channel) { gateway in
            let sender = try FormSender(gateway)
            for (type, body) in [
                ("multipart/form-data; boundary=x", "rubbish"), ("multipart/form-data; boundary=x", "--x\r\n"),
                ("application/x-www-form-urlencoded", "text=a"), ("", ""),
                (
                    "multipart/form-data; boundary=x",
                    (0..<10_000).map { "--x\r\nContent-Disposition: form-data; name=\"a\($0)\"\r\n\r\n1\r\n" }
                        .joined() + "--x--\r\n"
                ),
            ] {
                let answer = try await gateway.call(
                    HTTPCall(
                        .post, gateway.publicURL + "/", headers: [HTTPHeader("content-type", type)],
                        body: .bytes(Array(body.utf8))))
                #expect(answer.status == 400 && answer.text.contains("</html>"), "\(type) \(body.prefix(40))")
            }
            let lost = try await sender.get("/no/such/page", headers: [HTTPHeader("accept-language", "en")])
            #expect(lost.status == 404 && lost.text.contains("There is no such page"))
        }
    }

    @Test(
        "a ticket is shown to who knows its code, however it is typed, and to nobody else", arguments: Backend.allCases)
    func tracking(ledger: Backend) async throws {
        try await withGateway(ledger, channels: FormSender.channel) { gateway in
            let sender = try FormSender(gateway)
            let number = try #require(try await sender.post(sender.form(token: sender.token())).receipt)
            let code = sender.keys.lookupCode(number)
            let typed = Path.encoded(" " + LookupCode.shown(code).uppercased())
            let found = try await sender.get("/t?number=\(number)&code=\(typed)")
            #expect(found.status == 303)
            #expect(try await sender.get(try #require(found.header("location"))).status == 200)

            let other = TicketNumber(day: number.day, id: number.id + 1)
            for link in [
                "/t/\(number)?code=\(String(code.reversed()))", "/t/\(other)?code=\(code)",
                "/t/\(other)?code=\(sender.keys.lookupCode(other))", "/t/x?code=y",
            ] {
                let answer = try await sender.get(link)
                #expect(answer.status == 404 && !answer.text.contains(code), "\(link)")
            }
            #expect(try await sender.get("/t/\(number)").status == 200)
            #expect(try await sender.get("/t?number=&code=").status == 422)
            #expect(try await sender.get("/t").status == 200)
        }
    }

    @Test("pages come with headers that let nothing foreign in, and assets may be cached for ever")
    func headers() async throws {
        try await withGateway(.sqlite, channels: FormSender.channel) { gateway in
            let sender = try FormSender(gateway)
            let page = try await sender.get("/", headers: [HTTPHeader("accept-language", "en-GB,en;q=0.8")])
            #expect(page.status == 200 && page.header("content-language") == "en")
            #expect(page.header("content-security-policy")?.contains("default-src 'none'") == true)
            #expect(page.header("cache-control") == "private, no-cache")
            #expect(page.header("referrer-policy") == "no-referrer" && page.header("set-cookie") == nil)
            for path in [Path.style, .script] {
                #expect(page.text.contains("\"\(path.text)\""))
                let asset = try await sender.get(path.text)
                #expect(asset.status == 200 && asset.header("cache-control")?.contains("immutable") == true)
            }
            #expect(try await sender.get("/").header("content-language") == "zh-Hans")
            #expect(try await sender.get("/?lang=en").text.contains("What happened"))
        }
    }

    @Test("one sender who hands in too much is slowed, and nobody else is") func slowed() async throws {
        try await withFolder { folder in
            let gateway = try RunningGateway(
                folder: folder, ledger: .sqlite, connection: nil, channels: FormSender.channel)
            let file = URL(filePath: folder + "/intake.yaml")
            let text = try String(contentsOf: file, encoding: .utf8) + "\nproxies: { networks: [127.0.0.0/8] }\n"
            try Data(text.utf8).write(to: file)
            try await gateway.start()
            defer { gateway.stop(SIGKILL) }
            let sender = try FormSender(gateway)
            for _ in 0..<5 {
                #expect(try await sender.post(sender.form(token: sender.token()), from: "198.51.100.7").status == 303)
            }
            var form = sender.form(token: sender.token())
            form.file("one.jpg", Self.jpeg)
            let slowed = try await sender.post(form, from: "198.51.100.7")
            #expect(slowed.status == 429 && slowed.header("retry-after") != nil && slowed.text.contains("路灯不亮"))
            #expect(slowed.values(of: "kept").isEmpty && slowed.text.contains("one.jpg"))
            #expect(try await sender.post(sender.form(token: sender.token()), from: "198.51.100.8").status == 303)
            for attempt in 0..<4 {
                let answer = try await gateway.call(
                    HTTPCall(
                        .get, gateway.publicURL + "/t/20260101-000001?code=x",
                        headers: [HTTPHeader("forwarded", "for=203.0.113.1")]))
                #expect(answer.status == (attempt < 3 ? 404 : 429))
            }
        }
    }

    @Test("a kept form is read again as it was") func readAgain() async throws {
        var draft = FormDraftTests.good
        draft.phone = "13800138000"
        let saved = SavedForm(draft, id: "token", language: .english, consent: "v7", files: [])
        let raw = RawParcel(received: .wall, envelope: [:], body: .bytes(try JSON.encode(saved)))
        let items = try FormChannel.items(of: raw)
        #expect(items.map(\.sourceID) == ["token"])
        guard case .submission(let submission)? = items.first?.content else {
            Issue.record("expected a submission")
            return
        }
        #expect(submission == saved.submission)
    }
}
