import Crypto
import Foundation
import Intake

extension Drop {
    /// Brings one claimed file into the ledger. When this gives `done` or `quarantined`, its commit is on disk.
    func commit(_ name: DropName, in folder: DropFolder, into inbox: Inbox) async -> Fate {
        let file: OpenFile
        let before: FileFacts
        let facts: [UInt8]?
        var bytes: [UInt8]?
        do throws(Trouble) {
            guard let opened = try folder.open(name), let found = opened.facts else { return .changed }
            (file, before) = (opened, found)
            facts = try callFacts(of: name, in: folder)
            if before.size <= rules.largest { bytes = try file.read(Int(before.size)) }
        } catch { return .stuck(error) }
        do throws(Trouble) {
            let kept = try await keep(bytes, of: file, name, facts)
            // Whoever had it open while it was claimed may still be writing.
            guard let after = file.facts, before.sameContent(after) else { return .changed }
            var envelope = ["file": name.description]
            envelope["facts"] = facts.map { facts in
                (try? TextBytes.decode(facts).text) ?? String(decoding: facts, as: UTF8.self)
            }
            var parcel = Parcel(
                channel: channel, received: tools.now(), envelope: envelope, body: kept.body, items: [kept.item])
            let receipt = try await accept(&parcel, into: inbox)
            if receipt?.seen == .differs, let other = kept.other {
                parcel.items = [kept.item.again(as: other, after: receipt?.ticket)]
                _ = try await accept(&parcel, into: inbox)
            }
            guard let last = file.facts, before.sameContent(last) else { return .changed }
            if case .unreadable(let reason) = parcel.items.first?.content { return .quarantined(reason) }
            return .done
        } catch { return .waits(error) }
    }

    private struct Kept {
        var body: Parcel.Body
        var item: Item
        var other: String?
    }

    /// Reads what a file says, and puts what is too long for a row where long things go. `bytes` is nil for a file too
    /// large to be read.
    private func keep(
        _ bytes: [UInt8]?, of file: OpenFile, _ name: DropName, _ facts: [UInt8]?
    ) async throws(Trouble) -> Kept {
        guard let bytes else { return try await tooLarge(file, name) }
        let (item, other) = reading().item(bytes, name: name.description, facts: facts)
        if bytes.count <= Parcel.inlineLimit { return Kept(body: .bytes(Data(bytes)), item: item, other: other) }
        let blob = try await tools.blobs.put(Data(bytes), keys: tools.keys)
        return Kept(body: .blob(blob.id, size: blob.size), item: item, other: other)
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

extension Item {
    /// The same call under another id, with a word about the ticket that has its own.
    fileprivate func again(as id: String, after ticket: TicketNumber?) -> Item {
        guard case .submission(var submission) = content else { return self }
        submission.remarks.append(Remark.callIDUsed(ticket).text)
        return Item(sourceID: id, content: .submission(submission))
    }
}
