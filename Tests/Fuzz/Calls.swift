import Foundation
import Intake

@testable import Gateway

private let keys = try? Keys(master: Data(repeating: 7, count: 32))
private let reading = CallReading(reader: TranscriptReader(), report: CallReport(zone: .utc))

let callReaders = [
    Reader(name: "transcript") { bytes in
        for name in ["call.txt", "call.json", "call.csv"] {
            let (item, _) = reading.item(bytes, name: name, facts: nil)
            check(item)
            if case .submission(let submission) = item.content {
                law(!submission.text.isEmpty, "a call that was read has words")
            }
        }
    },
    Reader(name: "call-facts") { bytes in
        let (item, identity) = reading.item(Array("坐席：您好\n市民：路灯不亮".utf8), name: "call.txt", facts: bytes)
        check(item)
        law(identity?.other != item.sourceID, "the second id is another")
        _ = CallTime.parse(text(bytes), zone: .utc)
        if let (plain, _) = try? TextBytes.decode(bytes) {
            law(plain.utf8.count <= bytes.count * 3 + 3, "text grows threefold at most")
        }
    },
    Reader(name: "drop-name") { bytes in
        guard let name = DropName(bytes), let keys else { return }
        _ = DropFile(name)
        law(!name.description.contains("\n"), "a name is one line")
        law(name.short.short == name.short, "a short name stays as it is")
        let first = KeptName(key: Data(repeating: 1, count: 16), name: name)
        for kept in [first, first.another] {
            let written = kept.written(keys)
            law(KeptName(written, keys) == kept, "a kept name is read as it was written")
            law(written.bytes.count <= KeptName.longest, "a kept name has room for its endings")
        }
        law(KeptName.told(KeptName.told(name, keys), keys).bytes.count <= name.bytes.count, "a told name grows no more")
    },
]
