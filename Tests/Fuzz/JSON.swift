import Intake

@testable import Gateway

let jsonReaders = [
    Reader(name: "json") { bytes in
        guard let value = try? JSONValue.read(bytes) else { return }
        law((try? JSONValue.read(written(value))) == value, "JSON is written as it is read")
    },
    Reader(name: "webhook") { bytes in
        guard let items = try? WebhookBody.read(bytes, id: "evt") else { return }
        law((1...WebhookBody.mostItems).contains(items.count), "a body holds 1 to 1,000 items")
        law(Set(items.map(\.sourceID)).count == items.count, "no two items of a body have one source id")
        for item in items { check(item) }
    },
    Reader(name: "submission") { bytes in
        guard let value = try? JSONValue.read(bytes) else { return }
        do throws(FieldProblems) { check(try SubmissionForm.read(value).submission) } catch {
            law(!error.phrase.en.isEmpty, "a refusal says why")
        }
    },
    Reader(name: "signed-webhook") { bytes in
        let parts = fields(bytes, 4)
        let headers = zip(["webhook-id", "webhook-timestamp", "Webhook-Signature"], parts).map { ($0, text($1)) }
        let keys = try? StandardWebhooks(keys: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
        let now = Instant(seconds: 1_674_087_231)
        guard let verified = try? keys?.verify(headers: headers, body: parts[3], now: now) else { return }
        let again = try? keys?.sign(id: verified.id, body: parts[3], now: verified.sent)
        law(
            again.flatMap { try? keys?.verify(headers: $0, body: parts[3], now: now) } == verified,
            "signs as it verifies")
    },
    Reader(name: "webhook-key") { bytes in
        _ = try? WebhookKey(text(bytes))
        if let plain = Base64.bytes(bytes) {
            law(Base64.bytes(Base64.text(plain)) == plain, "base64 is written as read")
        }
    },
    Reader(name: "instant") { bytes in
        guard let instant = Instant(text: text(bytes)) else { return }
        law(instant.text.first == "-" || Instant(text: instant.text) == instant, "a time is written as it is read")
    },
    Reader(name: "remote-file") { bytes in
        let address = text(bytes)
        _ = RemoteFile(text: address).name
        guard RemoteFile.isAddress(address) else { return }
        let digest = String(repeating: "a", count: 64)
        let file = RemoteFile(address: address, digest: digest)
        law(RemoteFile(text: file.text) == file, "an address with a digest is written as it is read")
    },
]

/// Whatever was accepted can be kept and read again.
func check(_ submission: Submission) {
    guard let bytes = try? JSON.encode(submission) else { return law(false, "a submission can be kept") }
    var expected = submission
    expected.people = []
    law((try? JSON.decode(Submission.self, bytes)) == expected, "a kept submission is read as it was")
}

func check(_ item: Item) {
    law(!item.sourceID.isEmpty, "an item has a source id")
    switch item.content {
    case .submission(let submission): check(submission)
    case .unreadable(let reason), .refused(let reason): law(!reason.isEmpty, "what is not taken has a reason")
    case .notice: break
    }
}

private func written(_ value: JSONValue) -> [UInt8] {
    switch value {
    case .object(let members):
        let texts = members.map { written(.string($0.name)) + [UInt8(ascii: ":")] + written($0.value) }
        return Array("{".utf8) + texts.joined(separator: [UInt8(ascii: ",")]) + Array("}".utf8)
    case .array(let values):
        return Array("[".utf8) + values.map(written).joined(separator: [UInt8(ascii: ",")]) + Array("]".utf8)
    case .string(let text):
        var bytes = Array("\"".utf8)
        for scalar in text.unicodeScalars {
            if scalar.value < 32 || scalar == "\"" || scalar == "\\" {
                let digits = String(scalar.value, radix: 16)
                bytes += Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
            } else {
                bytes += Array(String(scalar).utf8)
            }
        }
        return bytes + Array("\"".utf8)
    case .number(let digits): return Array(digits.utf8)
    case .bool(let flag): return Array(String(flag).utf8)
    case .null: return Array("null".utf8)
    }
}
