import Foundation
import Intake
import Servers
import Testing

@testable import Gateway

@Suite("The API through its routes") struct APIRouteTests {
    @Test("a report is kept once, however often it is sent, and can be followed", arguments: Backend.allCases)
    func once(ledger: Backend) async throws {
        try await withGateway(ledger, channels: APICaller.channel) { gateway in
            let caller = try await APICaller(gateway)
            let body = #"{"text": "路灯不亮", "place": {"area": "east"}, "contact": {"phone": "13800138000"}}"#
            let first = try await caller.post(body, key: "one")
            #expect(first.status == 201)
            let number = try #require(first["number"].flatMap { TicketNumber($0) })
            #expect(first["lookup_code"] == caller.keys.lookupCode(number))
            #expect(first["answer_by"]?.hasSuffix("Z") == true)
            #expect(first.text.contains(#""next":["We pass it to the department in charge""#))
            let again = try await caller.post(body, key: "\"one\"")
            #expect(again.status == 201 && again.body == first.body && again.header("idempotent-replayed") == "true")

            let reused = try await caller.post(#"{"text": "停水了"}"#, key: "one")
            #expect(reused.status == 422 && reused["code"] == "idempotency-key-reused")
            let other = try await APICaller(gateway, secret: "ik_other").post(body, key: "one")
            #expect(other.status == 201 && other["number"] != first["number"])

            let link = Path.submission("\(number)").link([("code", caller.keys.lookupCode(number))])
            let status = try await eventually("it is settled") {
                let answer = try await caller.get(link)
                return answer["state"] == "accepted" ? answer : nil
            }
            #expect(status["answer_by"] == first["answer_by"])
            #expect(try await caller.post(body, key: "one").body == first.body)
            #expect(status.text.contains("Lighting Office") && !status.text.contains("13800138000"))
            #expect(try await gateway.books().tickets == 2)
        }
    }

    @Test("an uploaded file travels with the report that names it", arguments: Backend.allCases)
    func files(ledger: Backend) async throws {
        try await withGateway(ledger, channels: APICaller.channel) { gateway in
            let caller = try await APICaller(gateway)
            let upload = try await caller.upload(FormReaderTests.jpeg, name: "坏灯.jpg")
            #expect(upload.status == 201 && upload["type"] == "image/jpeg")
            let reference = try #require(upload["file"])
            let body = #"{"id": "r1", "text": "路灯不亮", "files": ["\#(reference)"]}"#
            let first = try await caller.post(body)
            #expect(first.status == 201)
            #expect(try await caller.post(body).body == first.body)
            let order: String = try await eventually("the department has it") {
                gateway.handedOver(to: "lighting").first.map { String(decoding: $0.json, as: UTF8.self) }
            }
            #expect(order.contains("坏灯.jpg"))
            let stranger = try await APICaller(gateway, secret: "ik_other")
            let stolen = try await stranger.post(body)
            #expect(stolen.status == 422 && stolen.text.contains("files[0]"))
        }
    }

    @Test("what a file is counts, not what it is called, and how large it is") func refusedFiles() async throws {
        try await withGateway(.sqlite, channels: APICaller.channel) { gateway in
            let caller = try await APICaller(gateway)
            let program = try await caller.upload(Array("MZ".utf8) + [UInt8](repeating: 0, count: 500), name: "a.jpg")
            #expect(program.status == 415 && program["code"] == "file-kind")
            let large = try await caller.upload(FormReaderTests.jpeg + [UInt8](repeating: 0, count: 9000))
            #expect(large.status == 413)
            #expect(try await caller.upload(FormReaderTests.video + [UInt8](repeating: 0, count: 9000)).status == 201)
            #expect(try await caller.upload([]).status == 415)
        }
    }

    @Test("every mistake is named, in the caller's language, and nothing is kept", arguments: Backend.allCases)
    func mistakes(ledger: Backend) async throws {
        try await withGateway(ledger, channels: APICaller.channel) { gateway in
            let caller = try await APICaller(gateway)
            let cases: [(String, String?, String, Int, String)] = [
                ("{\"text\": \"x\"}", nil, "application/json", 400, "idempotency-key-missing"),
                (
                    "{\"text\": \"x\"}", String(repeating: "k", count: 201), "application/json", 400,
                    "idempotency-key-missing"
                ),
                ("{\"text\"", "k", "application/json", 400, "json"), ("[]", "k", "application/json", 422, "invalid"),
                ("{}", "k", "application/json", 422, "invalid"),
                ("{\"text\": \"x\"}", "k", "text/plain", 415, "media-type"),
                ("{\"text\": \"x\", \"category\": \"nope\"}", "k", "application/json", 422, "invalid"),
                ("{\"text\": \"\(String(repeating: "x", count: 70_000))\"}", "k", "application/json", 413, "too-large"),
                (
                    "{\"text\": \"x\", \"files\": [1, \"no-such-file-reference\"]}", "k", "application/json", 422,
                    "invalid"
                ),
            ]
            for (body, key, type, status, code) in cases {
                let answer = try await caller.post(body, key: key, type: type)
                #expect(answer.status == status && answer["code"] == code, "\(body.prefix(60))")
                #expect(answer.header("content-type")?.hasPrefix("application/problem+json") == true)
            }
            let chinese = try await caller.post("{}", key: "k", language: "zh-CN")
            #expect(chinese.text.contains("缺少 text"))
            #expect(try await gateway.books().items == 0)
        }
    }

    @Test("without a good key nothing is read or told", arguments: Backend.allCases)
    func keys(ledger: Backend) async throws {
        try await withGateway(ledger, channels: APICaller.channel) { gateway in
            let caller = try await APICaller(gateway)
            let number = try #require(try await caller.post(#"{"text": "路灯"}"#, key: "k")["number"])
            var stranger = caller
            stranger.secret = "ik_wrong"
            let refused = try await stranger.post(#"{"text": "路灯"}"#, key: "k")
            #expect(refused.status == 401 && refused.header("www-authenticate")?.hasPrefix("Bearer") == true)
            #expect(try await stranger.upload(FormReaderTests.jpeg).status == 401)
            let reader = try await APICaller(gateway, secret: "ik_reader", scopes: ["read"])
            let sender = try await APICaller(gateway, secret: "ik_sender", scopes: ["submit"])
            let link = Path.submission(number).link([
                ("code", caller.keys.lookupCode(try #require(TicketNumber(number))))
            ])
            #expect(try await reader.get(link).status == 200)
            for refused in [
                try await reader.post(#"{"text": "路灯"}"#, key: "k"), try await reader.upload(FormReaderTests.jpeg),
                try await sender.get(link),
            ] { #expect(refused.status == 403 && refused["code"] == "forbidden") }
            #expect(try await sender.get(link).text.contains("--scope read"))
            #expect(try await sender.upload(FormReaderTests.jpeg).status == 201)
            #expect(try await sender.post(#"{"text": "路灯"}"#, key: "k").status == 201)
            #expect(try await caller.get(Path.submission(number).link([("code", "000000000000")])).status == 404)
            #expect(try await caller.get(Path.submission(number).text).status == 404)
        }
    }

    @Test("the API describes itself, with every path it serves, in Chinese and in English") func described() throws {
        let document = try JSONValue.read(Array(OpenAPI.text.utf8))
        let paths = try #require(document.member("paths"))
        for path in [Path.submissions.text, Path.files.text, Path.submissions.text + "/{number}"] {
            #expect(paths.member(path) != nil, "\(path)")
        }
        for words in Self.words(in: document) {
            let scalars = words.unicodeScalars
            #expect(scalars.contains { (0x4E00...0x9FFF).contains($0.value) }, "no Chinese: \(words)")
            #expect(words.contains { $0.isASCII && $0.isLetter }, "no English: \(words)")
        }
    }

    /// What an OpenAPI document says to people.
    private static func words(in value: JSONValue) -> [String] {
        switch value {
        case .array(let values): return values.flatMap(words)
        case .object(let members):
            return members.flatMap { member -> [String] in
                if case .string(let text) = member.value, ["title", "summary", "description"].contains(member.name) {
                    return [text]
                }
                return words(in: member.value)
            }
        default: return []
        }
    }

    @Test("moments are written in UTC") func moments() {
        #expect(Instant(milliseconds: 1_795_239_900_042).text == "2026-11-21T05:45:00.042Z")
        #expect(Instant(milliseconds: 0).text == "1970-01-01T00:00:00.000Z")
    }
}
