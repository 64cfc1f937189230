package import Foundation

/// A row with a sealed value, with what of the row it must agree with.
package struct SealedRow: Sendable {
    package var id: Int64
    /// 0 where it belongs to none.
    package var ticket: Int64
    /// Empty once erased; nil for a parcel whose body is a blob.
    package var sealed: Sealed?
    /// Of a parcel its envelope, of a contact its hash.
    package var beside: Data
    /// Of a parcel its blob, of a contact its kind, of a delivery its recipient.
    package var word: String?
    package init(id: Int64, ticket: Int64, sealed: Sealed?, beside: Data, word: String?) {
        self.id = id
        self.ticket = ticket
        self.sealed = sealed
        self.beside = beside
        self.word = word
    }
}

/// Whether what is sealed beside the history opens, and belongs to the row in which it lies.
struct SealedVerdict {
    /// Shelves that nothing else looks through: entries and accesses have chains, and envelopes lie with their parcels.
    static let shelves: [Shelf] = [.parcels, .contacts, .deliveries, .staged]
    private static let batch = 200

    let store: any Store
    let keys: Keys

    /// Tells of each value that does not; `progress` is told after each batch how many rows it had.
    func run(_ tell: (Audit.Finding) -> Void, progress: (Int) -> Void) async throws(Trouble) {
        for shelf in SealedVerdict.shelves {
            var after: Int64 = 0
            while true {
                let rows = try await store.sealedRows(on: shelf, after: after, limit: SealedVerdict.batch)
                guard let last = rows.last else { break }
                // Read after the rows: a contact is written with its entry.
                let entries = shelf == .contacts ? try await Audit.histories(of: Set(rows.map(\.ticket)), store) : [:]
                for row in rows where shelf != .contacts || entries[row.ticket] != nil {
                    do throws(Trouble) { try verify(row, shelf, entries[row.ticket] ?? []) } catch {
                        let (zh, en) = (SealedVerdict.name(shelf).zh, SealedVerdict.name(shelf).en)
                        // Who opens it is sent to `audit verify`, which says it in its own words.
                        let words = error.kind == .needsPerson ? SealedVerdict.another : error.words
                        tell(
                            Audit.Finding(
                                what: .sealed, ticket: row.ticket == 0 ? nil : row.ticket,
                                words: Phrase(
                                    zh: "\(zh) \(row.id)：\(words.zh)", en: "\(en) \(row.id): \(words.en)")))
                    }
                }
                after = last.id
                progress(rows.count)
            }
        }
    }

    private func verify(_ row: SealedRow, _ shelf: Shelf, _ entries: [Entry]) throws(Trouble) {
        switch shelf {
        case .parcels: try verify(parcel: row)
        case .contacts:
            guard let sealed = row.sealed else { return }
            guard let kind = row.word.flatMap(Contact.Kind.init(rawValue:)) else {
                throw .lasting("没有这种联系方式", "is of a kind that there is not")
            }
            let contact = TicketContact(id: row.id, role: .reporter, kind: kind, sealed: sealed, person: nil)
            let kept = try keys.open(contact, of: entries)
            guard keys.contactHash(Contact(kind: kind, value: kept.value)) == row.beside else {
                throw .lasting("与查找用的摘要不符", "is not what it is looked up by")
            }
        case .deliveries:
            guard let sealed = row.sealed, !sealed.bytes.isEmpty else { return }
            _ = try keys.message(
                of: Delivery(
                    id: row.id, ticket: row.ticket, destination: "", recipient: row.word ?? "", content: sealed,
                    state: .pending, created: Instant(milliseconds: 0), attempts: 0, contact: nil))
        default: if let sealed = row.sealed { _ = try keys.open(sealed, as: shelf.context) }
        }
    }

    private func verify(parcel row: SealedRow) throws(Trouble) {
        if row.beside.isEmpty {
            guard row.word == nil, row.sealed?.bytes.isEmpty == true else {
                throw .lasting("信封没有了，原件还在", "its envelope is gone and its bytes are not")
            }
            return
        }
        let envelope = try keys.envelope(Sealed(row.beside))
        let mark: String
        if let sealed = row.sealed {
            mark = keys.mark(of: .bytes(try keys.open(sealed, as: "parcel")))
        } else {
            mark = row.word ?? ""
        }
        guard mark == envelope.body else { throw .lasting("原件不是它收到的那件", "its bytes are not those that came") }
    }

    private static let another = Phrase(
        zh: "被改动、截断，或是别的工单的", en: "was changed or cut, or belongs to another ticket")

    private static func name(_ shelf: Shelf) -> Phrase {
        switch shelf {
        case .envelopes, .parcels: Phrase(zh: "原件", en: "parcel")
        case .entries: Phrase(zh: "历史", en: "entry")
        case .contacts: Phrase(zh: "联系方式", en: "contact")
        case .deliveries: Phrase(zh: "派发", en: "delivery")
        case .staged: Phrase(zh: "待交的附件", en: "staged file")
        case .accesses: Phrase(zh: "查看记录", en: "access")
        }
    }
}
