import Intake

/// A ticket's entries in words a person reads. Masked: words of citizens and names of files pass the masker.
struct EntryWords {
    let ledger: OpenLedger

    func words(_ entry: Entry) -> Phrase {
        do throws(Trouble) { return try read(entry) } catch {
            return Phrase(zh: "（内容打不开：\(error.words.zh)）", en: "(cannot be opened: \(error.reason))")
        }
    }

    private func read(_ entry: Entry) throws(Trouble) -> Phrase {
        func payload<Value: Decodable>(_ type: Value.Type) throws(Trouble) -> Value? {
            try ledger.keys.payload(type, of: entry)
        }
        if entry.payload == nil { return Phrase(zh: "（内容已依法删除）", en: "(erased by law)") }
        switch entry.kind {
        case .received: return Phrase(zh: "收到诉求", en: "received")
        case .followUp:
            let said = try payload(Submission.self)
            let text = Masker.mask(said?.text ?? "")
            if let code = said?.department {
                let name = ledger.city.name(ofDepartment: code)
                return Phrase(zh: "\(name.zh)来信：\(text.prefix(200))", en: "\(name.en) wrote: \(text.prefix(200))")
            }
            if text.isEmpty { return Phrase(zh: "补充了通话信息、地点或附件", en: "more about the call or the place, or files") }
            return Phrase(zh: "补充：\(text.prefix(60))", en: "more from the citizen: \(text.prefix(60))")
        case .settled: return try payload(Settlement.self).map(settled) ?? ""
        case .delivered: return note("送达", "delivered to", try payload(DeliveryNote.self))
        case .held:
            // Held is a delivery, or the ticket itself with the reason.
            if let reason = (try? payload(Phrase.self)) ?? nil {
                return Phrase(zh: "派不下去，等人处理：\(reason.zh)", en: "cannot be routed, waits for a person: \(reason.en)")
            }
            return note("搁置，等人处理：", "held for a person:", try payload(DeliveryNote.self))
        case .released: return note("放行", "released to", try payload(DeliveryNote.self))
        case .requeued:
            let reason = try payload(Requeued.self)?.reason ?? ""
            return Phrase(zh: "要求重新分派：\(reason)", en: "to be routed again: \(reason)")
        case .fetched:
            guard let file = try payload(Fetched.self)?.attachment else { return "" }
            let name = Masker.mask(file.name)
            if case .missing(let kept) = file.content {
                let why = Phrase(kept: kept)
                return Phrase(zh: "附件 \(name) 取不到：\(why.zh)", en: "file \(name) will not be had: \(why.en)")
            }
            return Phrase(zh: "取到附件 \(name)", en: "file \(name) was fetched")
        case .moved: return Phrase(zh: "状态变更", en: "moved")
        case .revealed:
            let reason = try payload(Revealed.self)?.reason ?? ""
            return Phrase(zh: "查看了诉求人身份：\(reason)", en: "was shown who reported this: \(reason)")
        case .alerted:
            let calls = (try payload([EmergencyNotice].self) ?? []).map(\.number).joined(separator: ", ")
            return Phrase(zh: "含紧急词，已提醒值班人员：\(calls)", en: "emergency words, a person was alerted: \(calls)")
        case .told: return try payload(Phrase.self) ?? ""
        case .replayed:
            let reason = Phrase(kept: try payload(Replayed.self)?.reason ?? "")
            return Phrase(zh: "从隔离区重放（原因：\(reason.zh)）", en: "taken out of quarantine (\(reason.en))")
        case .erased: return erased(try payload(Erased.self))
        case .preserved:
            let reason = try payload(Preserved.self)?.reason ?? ""
            return Phrase(zh: "依法保全，不得删除：\(reason)", en: "preserved, nothing may be erased: \(reason)")
        case .unpreserved:
            let reason = try payload(Preserved.self)?.reason ?? ""
            return Phrase(zh: "解除保全：\(reason)", en: "preserved no longer: \(reason)")
        case .screened:
            let files = try payload(Screened.self)?.files ?? []
            let found = Set(files.compactMap(\.virus)).sorted()
            let (withheld, passed) = (files.count { $0.size == .withheld }, files.count { $0.size == .passed })
            var notes: [Phrase] = []
            if !found.isEmpty {
                let names = found.joined(separator: ", ")
                notes.append(Phrase(zh: "附件含病毒，已隔离：\(names)", en: "a virus was found, the file is kept away: \(names)"))
            }
            if withheld > 0 {
                notes.append(
                    Phrase(
                        zh: "\(withheld) 个附件太大，没有查毒，不送单位（调大限额后 intake requeue 再查）",
                        en: "\(withheld) too large to be looked through for viruses, kept away (raise the limit, then "
                            + "intake requeue)"
                    ))
            }
            if passed > 0 {
                notes.append(
                    Phrase(
                        zh: "\(passed) 个附件太大，没有查毒，照样送出",
                        en: "\(passed) too large to be looked through, handed on all the same"))
            }
            if notes.isEmpty { return Phrase(zh: "附件查毒：无异常", en: "files were looked through: clean") }
            return Phrase(
                zh: notes.map(\.zh).joined(separator: "；"), en: notes.map(\.en).joined(separator: "; "))
        }
    }

    private func settled(_ settled: Settlement) -> Phrase {
        let decision = settled.found.decision
        func names(_ language: Language) -> [String] {
            ([decision.lead] + decision.coHandlers).map { ledger.city.name(ofDepartment: $0)[language] }
        }
        let (zh, en) = (names(.chinese), names(.english))
        let (with, and) = (zh.dropFirst().joined(separator: "、"), en.dropFirst().joined(separator: ", "))
        let news = settled.news
        return Phrase(
            zh: "分派：主办 \(zh[0])" + (with.isEmpty ? "" : "，协办 \(with)") + "；规则 \(decision.rule)，目录 \(decision.version)"
                + (news.map { "（\($0.zh)）" } ?? ""),
            en: "routed: lead \(en[0])" + (and.isEmpty ? "" : ", with \(and)")
                + "; rule \(decision.rule), catalogue \(decision.version)" + (news.map { " (\($0.en))" } ?? ""))
    }

    private func erased(_ what: Erased?) -> Phrase {
        guard let what else { return Phrase(zh: "依法删除内容", en: "content was erased by law") }
        let copies = what.copies.map(ledger.recipient)
        let elsewhere = what.elsewhere.map(Phrase.init(kept:))
        return Phrase(
            zh:
                "依法删除：联系方式 \(what.contacts)、文字 \(what.entries)、派发内容 \(what.messages)、原件 \(what.parcels)、附件 \(what.files)（\(what.reason)）"
                + (copies.isEmpty ? "" : "；副本仍在：\(copies.map(\.zh).joined(separator: "、"))")
                + (elsewhere.isEmpty ? "" : "；没有动到：\(elsewhere.map(\.zh).joined(separator: "、"))"),
            en:
                "erased by law: \(what.contacts) contacts, \(what.entries) texts, \(what.messages) messages, "
                + "\(what.parcels) parcels, \(what.files) files (\(what.reason))"
                + (copies.isEmpty ? "" : "; copies remain at: \(copies.map(\.en).joined(separator: ", "))")
                + (elsewhere.isEmpty ? "" : "; not reached: \(elsewhere.map(\.en).joined(separator: ", "))"))
    }

    private func note(_ chinese: String, _ english: String, _ note: DeliveryNote?) -> Phrase {
        guard let note else { return Phrase(zh: chinese, en: english) }
        let (what, said) = ("\(note.recipient) (\(note.destination), #\(note.delivery)): ", Phrase(kept: note.said))
        return Phrase(zh: "\(chinese) \(what)\(said.zh)", en: "\(english) \(what)\(said.en)")
    }
}
