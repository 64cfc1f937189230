import Foundation

/// Whether entries came in the parcels they name: erasing a ticket takes the bytes with it, and must not take another's.
package enum Provenance {
    /// Entries that name a parcel which does not know of them, or none where they came in one. What was erased is known by
    /// nothing any more and passes.
    package static func strangers(
        among entries: [Entry], _ store: any Store, keys: Keys
    ) async throws(Trouble) -> [(entry: Entry, words: Phrase)] {
        let envelopes = try await store.envelopes(of: Array(Set(entries.compactMap(\.parcel))).sorted())
        // An entry that was replayed came later than its envelope. Which parcel it came in stands in a note, as long as that
        // is there: erased with the words, it no longer tells.
        var (replayed, erased): ([Int64: Set<Int64>], Set<Int64>) = ([:], [])
        for entry in entries where entry.kind == .replayed {
            guard let note = (try? keys.payload(Replayed.self, of: entry)) ?? nil else {
                if entry.payload == nil { erased.insert(entry.ticket) }
                continue
            }
            replayed[entry.ticket, default: []].insert(note.parcel)
        }
        var known: [Int64: Set<String>?] = [:]
        var strangers: [(Entry, Phrase)] = []
        for entry in entries {
            func tell(_ zh: String, _ en: String) {
                strangers.append((entry, Phrase(zh: "第 \(entry.sequence) 条\(zh)", en: "entry \(entry.sequence) \(en)")))
            }
            guard let parcel = entry.parcel else {
                if [.received, .followUp].contains(entry.kind) { tell("没有写明随哪件原件来", "names no parcel it came in") }
                continue
            }
            guard let envelope = envelopes[parcel] else {
                tell("所指的原件 \(parcel) 不在账本里", "names parcel \(parcel), which is not there")
                continue
            }
            if envelope.bytes.isEmpty { continue }
            let marks = known[parcel] ?? (try? keys.envelope(envelope)).map { Set($0.items.flatMap(\.entries)) }
            known[parcel] = marks
            if marks?.contains(Keys.mark(of: entry.digest)) == true { continue }
            if marks != nil, erased.contains(entry.ticket) || replayed[entry.ticket]?.contains(parcel) == true {
                continue
            }
            tell("所指的原件 \(parcel) 是别的诉求的", "names parcel \(parcel), which is another report's")
        }
        return strangers
    }
}
