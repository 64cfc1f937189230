import Intake

@testable import Gateway

let formReaders = [
    Reader(name: "multipart") { bytes in
        let outcomes = pieces(bytes).map { Form($0) }
        law(outcomes.allSatisfy { $0 == outcomes[0] }, "a form reads the same however it is cut")
    },
    Reader(name: "content-type") { bytes in
        guard let boundary = Multipart.boundary(text(bytes)) else { return }
        law((1...70).contains(boundary.utf8.count), "a boundary has 1 to 70 bytes")
    },
    Reader(name: "file-name") { bytes in
        _ = FileKind(bytes)
        let name = text(bytes).asFileName
        law(name.utf8.count <= 120, "a file name has at most 120 bytes")
        law(!name.contains("/") && !name.contains("\\"), "a file name has no folders")
        law(name.asFileName == name, "a file name is clean after one cleaning")
        _ = Query(text(bytes))["code"]
    },
    Reader(name: "ticket-number") { bytes in
        guard let number = TicketNumber(text(bytes)) else { return }
        law(TicketNumber(number.description) == number, "a ticket number is written as it is read")
    },
]

/// What became of one form.
private struct Form: Equatable {
    var heads: [PartHead] = []
    var contents: [[UInt8]] = []
    var ends = 0
    var isComplete = false
    var isForm = true

    init(_ pieces: [ArraySlice<UInt8>]) {
        var multipart = Multipart(boundary: "b")
        do {
            for piece in pieces { for event in try multipart.feed(piece) { take(event) } }
            isComplete = multipart.isComplete
        } catch {
            (heads, contents, ends, isForm) = ([], [], 0, false)
        }
        law(ends <= heads.count && heads.count - ends <= 1, "parts begin and end in turn")
    }

    private mutating func take(_ event: Multipart.Event) {
        switch event {
        case .begin(let head):
            heads.append(head)
            contents.append([])
        case .bytes(let bytes): contents[contents.count - 1] += bytes
        case .end: ends += 1
        }
    }
}
