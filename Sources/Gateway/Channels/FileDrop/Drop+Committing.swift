import Crypto
import Foundation
import Intake

extension Drop {
    /// A claimed file with all that was read from it, ready for its commit.
    private struct Ready {
        var name: DropName
        var file: OpenFile
        /// As the file was when it was opened.
        var before: FileFacts
        var parcel: Parcel
        /// Source id of the parcel's one item as it was read.
        var id: String
        var call: CallIdentity?
        /// The same call, kept before less was known of it.
        var earlier: KnownCall?
        /// What it was known by then.
        var earlierID: String?
    }

    /// Brings claimed files into the ledger, all at once so that they share a commit; but those about one call one after
    /// the other, the oldest first, so that what comes later is told from what is known. For each that is `done` or
    /// `quarantined` the commit is on disk.
    func commit(_ names: [DropName], in folder: DropFolder, into inbox: Inbox) async -> [(DropName, Fate)] {
        var fates: [(DropName, Fate)] = []
        var calls: [String: [Ready]] = [:]
        // Results, not tuples: the optimiser of Swift 6.3 breaks a group's tuples that are left by a typed throw.
        await withTaskGroup(of: Result<Ready, Refused>.self) { group in
            for name in names {
                group.addTask {
                    do throws(Refused) { return .success(try await read(name, in: folder)) } catch {
                        return .failure(error)
                    }
                }
            }
            for await result in group {
                switch result {
                case .success(let ready): calls[ready.id, default: []].append(ready)
                case .failure(let refused): fates.append((refused.name, refused.fate))
                }
            }
        }
        do throws(Trouble) { try await recognise(&calls) } catch {
            return fates + calls.values.joined().map { ($0.name, .waits(error)) }
        }
        await withTaskGroup(of: [(DropName, Fate)].self) { group in
            for call in calls.values {
                group.addTask { await commit(call, into: inbox) }
            }
            for await some in group { fates += some }
        }
        return fates
    }

    /// Puts the files of each call in order, and finds the calls that are not known by their names but were kept by
    /// lesser ones.
    private func recognise(_ calls: inout [String: [Ready]]) async throws(Trouble) {
        for id in calls.keys {
            calls[id]?.sort { ($0.before.modified, $0.name) < ($1.before.modified, $1.name) }
        }
        func key(_ name: CallIdentity.Name) -> Data { tools.keys.sourceKey(channel: channel, id: name.id) }
        let names = calls.values.joined().compactMap(\.call).flatMap { [$0.name] + $0.lesser }
        let tickets = try await tools.store.tickets(ofArrivals: names.map(key))
        for (id, files) in calls {
            guard let call = files.first?.call, tickets[key(call.name)] == nil,
                case .submission(let told)? = files.first?.parcel.items.first?.content
            else { continue }
            for name in call.lesser {
                guard let ticket = tickets[key(name)] else { continue }
                let known = try await KnownCall(ticket, name.ground, tools)
                if known.isMended(told) {
                    calls[id]?[0].earlier = known
                    calls[id]?[0].earlierID = name.id
                    break
                }
            }
        }
    }

    /// The files of one call, in order: where one waits those after it do, too.
    private func commit(_ files: [Ready], into inbox: Inbox) async -> [(DropName, Fate)] {
        var fates: [(DropName, Fate)] = []
        var waits: Fate?
        for file in files {
            let fate: Fate
            if let waits { fate = waits } else { fate = await commit(file, into: inbox) }
            if case .waits = fate { waits = fate }
            fates.append((file.name, fate))
        }
        return fates
    }

    private func commit(_ ready: Ready, into inbox: Inbox) async -> Fate {
        do throws(Trouble) {
            // Whoever had it open while it was claimed may still be writing.
            guard let after = ready.file.facts, ready.before.sameContent(after) else { return .changed }
            var parcel = ready.parcel
            parcel.received = tools.now()
            parcel.items = [opening(ready)].compactMap(\.self)
            let receipt = parcel.items.isEmpty ? nil : try await accept(&parcel, into: inbox)
            if receipt?.seen == .differs, let item = try await news(ready, receipt?.ticket) {
                parcel.items = [item]
                _ = try await accept(&parcel, into: inbox)
            }
            guard let last = ready.file.facts, ready.before.sameContent(last) else { return .changed }
            let key = tools.keys.sourceKey(channel: channel, id: source(ready, parcel))
            if case .unreadable(let reason) = parcel.items.first?.content { return .quarantined(reason, key) }
            return .done(key)
        } catch { return .waits(error) }
    }

    /// What the ledger knows the words of a file by: the last thing it was kept as, or the earlier call that says it all.
    private func source(_ ready: Ready, _ parcel: Parcel) -> String {
        parcel.items.first?.sourceID ?? ready.earlierID ?? ""
    }

    /// What a file is first kept as; nil where its call is known by a lesser name and it says nothing new.
    private func opening(_ ready: Ready) -> Item? {
        guard let earlier = ready.earlier, let call = ready.call,
            case .submission(let told)? = ready.parcel.items.first?.content
        else { return ready.parcel.items.first }
        return earlier.news(in: told).map { Item(sourceID: call.name.id, content: .submission($0), joining: .found) }
    }

    /// What a file tells besides what the ledger has under its identity, for this ticket; nil where it is nothing.
    private func news(_ ready: Ready, _ ticket: TicketNumber?) async throws(Trouble) -> Item? {
        guard let call = ready.call, case .submission(var told)? = ready.parcel.items.first?.content else { return nil }
        guard let ticket else {
            told.remarks.append(Remark.callIDUsed(nil).text)
            return Item(sourceID: call.other, content: .submission(told))
        }
        let known = try await KnownCall(ticket, call.name.ground, tools)
        return known.news(in: told).map { Item(sourceID: call.other, content: .submission($0), joining: .found) }
    }

    /// Why a file is not ready.
    private struct Refused: Error {
        var name: DropName
        var fate: Fate
    }

    private func read(_ name: DropName, in folder: DropFolder) async throws(Refused) -> Ready {
        let opened: (file: OpenFile, before: FileFacts)?
        let facts: [UInt8]?
        var bytes: [UInt8]?
        do throws(Trouble) {
            opened = try folder.open(name).flatMap { file in file.facts.map { (file, $0) } }
            facts = try callFacts(of: name, in: folder)
            if let opened, opened.before.size <= rules.largest {
                bytes = try opened.file.read(Int(opened.before.size))
            }
        } catch { throw Refused(name: name, fate: .stuck(error)) }
        // A person may have put it back from where it was put away.
        let told = KeptName.told(name, tools.keys)
        guard let (file, before) = opened else { throw Refused(name: name, fate: .changed) }
        let kept: Kept
        do throws(Trouble) { kept = try await keep(bytes, of: file, told, facts) } catch {
            throw Refused(name: name, fate: .waits(error))
        }
        var envelope = ["file": told.description]
        envelope["facts"] = facts.map { facts in
            (try? TextBytes.decode(facts).text) ?? String(decoding: facts, as: UTF8.self)
        }
        let parcel = Parcel(
            channel: channel, received: tools.now(), envelope: envelope, body: kept.body, items: [kept.item])
        return Ready(
            name: name, file: file, before: before, parcel: parcel, id: kept.item.sourceID, call: kept.call)
    }

    private struct Kept {
        var body: Parcel.Body
        var item: Item
        var call: CallIdentity?
    }

    /// Reads what a file says, and puts what is too long for a row where long things go. `bytes` is nil for a file too
    /// large to be read.
    private func keep(
        _ bytes: [UInt8]?, of file: OpenFile, _ name: DropName, _ facts: [UInt8]?
    ) async throws(Trouble) -> Kept {
        guard let bytes else { return try await tooLarge(file, name) }
        let (item, call) = reading().item(bytes, name: name.description, facts: facts)
        if bytes.count <= Parcel.inlineLimit { return Kept(body: .bytes(Data(bytes)), item: item, call: call) }
        let blob = try await tools.blobs.put(Data(bytes), keys: tools.keys)
        return Kept(body: .blob(blob.id, size: blob.size), item: item, call: call)
    }

    /// The receipt of the parcel's one item. An item the ledger will never take is quarantined, so that one bad file
    /// stops no other (rule 4).
    private func accept(_ parcel: inout Parcel, into inbox: Inbox) async throws(Trouble) -> Receipt? {
        do throws(Trouble) { return try await inbox.accept(parcel).first } catch {
            guard error.kind == .lasting, let item = parcel.items.first else { throw error }
            if case .unreadable = item.content { throw error }
            let refusal = Trouble.unreadable("台账拒收：\(error.words.zh)", "the ledger refused it: \(error.reason)")
            parcel.items = [Item(sourceID: item.sourceID, content: .unreadable(refusal.words.kept))]
            return try await inbox.accept(parcel).first
        }
    }

    /// At most one byte more than call facts may have: whether they are too large is for their reader to say.
    private func callFacts(of name: DropName, in folder: DropFolder) throws(Trouble) -> [UInt8]? {
        guard let facts = name.adding(DropFile.facts), let file = try folder.open(facts) else { return nil }
        return try file.read(CallFacts.largest + 1)
    }

    /// Keeps a file of any size, piece by piece.
    private func tooLarge(_ file: OpenFile, _ name: DropName) async throws(Trouble) -> Kept {
        var writer = try await BlobWriter(to: tools.blobs, keys: tools.keys)
        do throws(Trouble) {
            while case let piece = try file.read(BlobWriter.chunk), !piece.isEmpty { try await writer.append(piece) }
        } catch {
            await writer.discard()
            throw error
        }
        let kept = try await writer.finish()
        let limit = text(ofBytes: rules.largest)
        let trouble = Trouble.unreadable(
            "文件有 \(kept.size) 字节，转写最大为 \(limit)", "\(kept.size) bytes; a transcript has at most \(limit)")
        let id = CallIdentity.unread(kept.sha256.hex, name: name.description)
        return Kept(
            body: .blob(kept.id, size: kept.size), item: Item(sourceID: id, content: .unreadable(trouble.words.kept)))
    }
}
