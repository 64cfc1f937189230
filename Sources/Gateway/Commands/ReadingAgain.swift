import Foundation
import Intake

/// Reads kept parcels again by their channels and moves what can be read now out of the quarantine.
struct ReadingAgain {
    let ledger: OpenLedger
    let works: Works
    /// False: only says what would happen.
    let write: Bool

    struct Outcome {
        var id: Int64
        var `class`: ArrivalClass
        var ticket: TicketNumber?
        var reason: String?
    }

    /// `rows` are of one parcel.
    func read(_ rows: [Quarantined]) async throws -> [Outcome] {
        guard let first = rows.first, let kept = try await ledger.store.parcel(first.parcel) else { return [] }
        func stays(_ reason: String) -> [Outcome] {
            rows.map { Outcome(id: $0.id, class: .quarantined, reason: reason) }
        }
        guard let channel = works.channels[first.channel] else {
            return stays(
                Terminal.both(
                    "渠道 \(first.channel) 已不在配置中；加回去再重放",
                    "channel \(first.channel) is no longer configured; add it again first"))
        }
        let items: [Item]
        do throws(Trouble) { items = try await self.items(kept.parcel, by: channel) } catch {
            return stays(error.words.kept)
        }
        if write, kept.items == 1, let key = kept.quarantined.first, first.item == 0, items.count > 1 {
            try await accept(items, of: kept.parcel, first: key)
        }
        var outcomes: [Outcome] = []
        for row in rows {
            guard items.indices.contains(row.item) else {
                let reason = Terminal.both("现在读不出第 \(row.item + 1) 件", "item \(row.item + 1) is not found any more")
                outcomes.append(Outcome(id: row.id, class: .quarantined, reason: reason))
                continue
            }
            outcomes.append(try await move(row, items[row.item]))
        }
        return outcomes
    }

    /// What was one unreadable thing turns out to be several: the others come in as any arrival does, by their own ids, so
    /// that those already known stay one. They come before the first leaves the quarantine, and whatever becomes of it: a
    /// crash between the two loses none. The first goes by the key it was set aside under, so that each stands where reading
    /// the bytes finds it.
    private func accept(_ items: [Item], of kept: KeptParcel, first key: Data) async throws {
        let whole = try parcel(kept, items: items, body: try await body(kept))
        var sealed = try ledger.keys.seal(whole, day: day)
        sealed.arrivals[0].key = key
        _ = try await ledger.store.accept([sealed])
    }

    private func day(_ instant: Instant) -> Day { ledger.city.calendar.zone.local(instant).day }

    private func move(_ row: Quarantined, _ item: Item) async throws -> Outcome {
        if case .unreadable(let reason) = item.content {
            return Outcome(id: row.id, class: .quarantined, reason: reason)
        }
        let now = ledger.now
        let single = Parcel(channel: row.channel, received: now, body: .bytes(Data()), items: [item])
        let arrivals = try ledger.keys.seal(single, day: day).arrivals
        guard write else {
            let expected = try await expected(arrivals)
            return Outcome(id: row.id, class: expected.class, ticket: expected.ticket)
        }
        let note = Replayed(quarantined: row.id, parcel: row.parcel, arrived: row.at, reason: Masker.mask(row.reason))
        let entry = try ledger.keys.entry(.replayed, at: now, actor: ledger.actor, note)
        guard let arrival = arrivals.first,
            let receipt = try await ledger.store.replay(row.id, as: arrival, entry: entry, at: now)
        else {
            throw Trouble.lasting(
                Terminal.both("\(row.id) 已被别人重放", "\(row.id) was replayed by somebody else meanwhile"))
        }
        return Outcome(id: row.id, class: receipt.arrival, ticket: receipt.ticket)
    }

    /// What the store would make of one arrival now.
    private func expected(_ arrivals: [KeptArrival]) async throws -> (class: ArrivalClass, ticket: TicketNumber?) {
        switch arrivals.first?.content {
        case .ticket(let new):
            let joined = try await ledger.store.joined(by: new)
            return (joined == nil ? .ticket : .followUp, joined)
        case .notice: return (.notice, nil)
        case .refused: return (.refused, nil)
        case .quarantined, nil: return (.quarantined, nil)
        }
    }

    private func parcel(_ kept: KeptParcel, items: [Item], body: Parcel.Body) throws(Trouble) -> Parcel {
        let envelope = try ledger.keys.envelope(kept.envelope).headers
        return Parcel(channel: kept.channel, received: kept.received, envelope: envelope, body: body, items: items)
    }

    private func body(_ kept: KeptParcel) async throws(Trouble) -> Parcel.Body {
        switch kept.body {
        case .sealed(let sealed): .bytes(try ledger.keys.open(sealed, as: "parcel"))
        case .blob(let id): .blob(id, size: kept.size)
        }
    }

    /// The channel reads small bytes from memory, larger ones from a private copy that is removed afterwards.
    private func items(_ kept: KeptParcel, by channel: any Channel) async throws(Trouble) -> [Item] {
        let envelope = try ledger.keys.envelope(kept.envelope).headers
        func raw(_ body: RawParcel.Body) -> RawParcel {
            RawParcel(received: kept.received, envelope: envelope, body: body)
        }
        switch kept.body {
        case .sealed(let sealed): return try await channel.read(raw(.bytes(try ledger.keys.open(sealed, as: "parcel"))))
        case .blob(let id):
            let folder = works.tools.scratch
            try? FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let path = "\(folder)/replay-\(UUID().uuidString)"
            defer { try? FileManager.default.removeItem(atPath: path) }
            guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
                let file = FileHandle(forWritingAtPath: path)
            else {
                throw .passing(
                    "原件副本写不下；请检查磁盘空间：\(folder)", "a copy of the bytes cannot be written; check free space: \(folder)")
            }
            try await ledger.blobs.open(id, keys: ledger.keys) { chunk throws(Trouble) in
                do { try file.write(contentsOf: chunk) } catch {
                    throw .passing(
                        "原件副本写不下；请检查磁盘空间", "a copy of the bytes cannot be written; check free space", detail: "\(error)"
                    )
                }
            }
            try? file.close()
            return try await channel.read(raw(.file(path)))
        }
    }
}
