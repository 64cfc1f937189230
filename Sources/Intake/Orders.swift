/// Writes out what a decision sends: assignments, masked work orders, the citizen's receipt, alerts.
struct Orders {
    let dossier: Dossier
    let settled: Settlement
    let city: City
    let keys: Keys

    private var ticket: Ticket { dossier.ticket }
    /// Parts of an earlier decision that stay assigned as they are.
    var kept: Set<Part> = []
    /// Whether the departments that stay get a work order too, because there is something new in it.
    var revises = false

    /// One department in one role.
    struct Part: Hashable {
        var department: String
        var role: Assignment.Role
    }

    /// The lead first.
    static func parts(_ decision: Decision) -> [Part] {
        [Part(department: decision.lead, role: .lead)]
            + decision.coHandlers.map { Part(department: $0, role: .coHandler) }
    }

    /// Puts triage in the place of departments that the city's data names no more, and gives these: what comes for them
    /// would reach nobody.
    static func replaceGone(in decision: inout Decision, by city: City) -> [Part] {
        let gone = parts(decision).filter { city.departments[$0.department] == nil }
        guard !gone.isEmpty else { return [] }
        decision.coHandlers.removeAll { city.departments[$0] == nil }
        if city.departments[decision.lead] == nil {
            decision.lead = city.triage
            decision.coHandlers.removeAll { $0 == city.triage }
        } else if decision.lead != city.triage, !decision.coHandlers.contains(city.triage) {
            decision.coHandlers.append(city.triage)
        }
        return gone
    }

    private var parts: [Part] { Orders.parts(settled.found.decision) }

    func assignments(at now: Instant) -> [Assignment] {
        parts.filter { !kept.contains($0) }.map { part in
            Assignment(
                ticket: ticket.number.id, round: ticket.round, department: part.department, role: part.role, sent: now,
                signBy: settled.deadlines.sign, contactBy: settled.deadlines.contact,
                resolveBy: settled.deadlines.resolve)
        }
    }

    /// One work order for each department, frozen, to the destination its own entry in the city's data names.
    func workOrders(at now: Instant) throws(Trouble) -> [NewDelivery] {
        var deliveries: [NewDelivery] = []
        for part in parts where revises || !kept.contains(part) {
            let message = Message.workOrder(workOrder(for: part.department, part.role))
            guard let destination = city.departments[part.department]?.destination else { continue }
            deliveries.append(
                NewDelivery(
                    destination: destination, recipient: part.department,
                    content: try keys.seal(json: message, as: "delivery"), created: now))
        }
        return deliveries
    }

    /// Tells departments of an earlier decision that are in the new one no more.
    func recalls(_ old: [Part], because reason: Phrase, at now: Instant) throws(Trouble) -> [NewDelivery] {
        let staying = Set(parts.map(\.department))
        var deliveries: [NewDelivery] = []
        for part in old where !staying.contains(part.department) {
            guard let destination = city.departments[part.department]?.destination else { continue }
            let recall = Recall(
                number: ticket.number, department: unit(part.department), role: part.role,
                lead: unit(settled.found.decision.lead), reason: reason, at: now)
            deliveries.append(
                NewDelivery(
                    destination: destination, recipient: part.department,
                    content: try keys.seal(json: Message.recall(recall), as: "delivery"), created: now))
        }
        return deliveries
    }

    func receipt(to contact: TicketContact, by destination: String, at now: Instant) throws(Trouble) -> NewDelivery {
        let language = ticket.language
        let title = dossier.submission.subject.isEmpty ? dossier.submission.text : dossier.submission.subject
        let receipt = CitizenReceipt(
            number: ticket.number, lookupCode: keys.lookupCode(ticket.number), language: language,
            subject: Masker.cut(masked(title), to: 60),
            lead: city.departments[settled.found.decision.lead]?.name[language] ?? "",
            resolveBy: settled.deadlines.resolve,
            inReplyTo: dossier.submission.reference)
        return NewDelivery(
            destination: destination, recipient: "citizen",
            content: try keys.seal(json: Message.receipt(receipt), as: "delivery"), created: now, contact: contact.id)
    }

    func alert(
        of dangers: [EmergencyNotice], by destination: String, at now: Instant
    ) throws(Trouble) -> NewDelivery {
        let alert = Alert(
            number: ticket.number,
            title: "紧急情况 Emergency: \(dangers.map(\.number).joined(separator: ", "))",
            text: dangers.flatMap(\.words).joined(separator: "、") + "\n"
                + masked(dossier.submission.text))
        return NewDelivery(
            destination: destination, recipient: "operator",
            content: try keys.seal(json: Message.alert(alert), as: "delivery"), created: now)
    }

    private func workOrder(for code: String, _ role: Assignment.Role) -> WorkOrder {
        let submission = dossier.submission
        let department = unit(code)
        var place = submission.place
        place.text = place.text.map(masked)
        return WorkOrder(
            number: ticket.number, revision: dossier.revisions + 1, role: role, department: department,
            lead: unit(settled.found.decision.lead), coHandlers: settled.found.decision.coHandlers.map(unit),
            channel: ticket.channel, kind: ticket.kind,
            category: settled.found.classified.category.flatMap { city.categories[$0] }.map(unit),
            area: settled.found.located.area.flatMap { city.areas[$0] }.map(unit),
            subject: masked(submission.subject), text: masked(submission.text), place: place,
            urgent: ticket.urgent || !settled.found.emergency.isEmpty, confidential: ticket.confidential,
            received: ticket.received, signBy: settled.deadlines.sign, contactBy: settled.deadlines.contact,
            resolveBy: settled.deadlines.resolve,
            attachments: submission.attachments.enumerated().map { index, file in
                OrderFile(number: index + 1, name: masked(file.name), file)
            }, similar: settled.similar, news: note(for: code),
            replyToken: keys.replyToken(ticket.number, department: code))
    }

    /// What a department is told beside the report; triage also what was remarked while reading it.
    private func note(for code: String) -> Phrase? {
        let remarks = code == city.triage ? dossier.submission.remarks.map(Phrase.init(kept:)) : []
        let notes = [settled.news].compactMap(\.self) + remarks
        if notes.isEmpty { return nil }
        return Phrase(
            zh: masked(notes.map(\.zh).joined(separator: "；")), en: masked(notes.map(\.en).joined(separator: "; ")))
    }

    /// Without identities, and without the names the report itself gives.
    private func masked(_ text: String) -> String {
        Masker.mask(text, names: dossier.submission.people.compactMap(\.name))
    }

    private func unit(_ code: String) -> WorkOrder.Unit {
        guard let department = city.departments[code] else { return .init(code: code, name: code, english: code) }
        return unit(department)
    }

    private func unit(_ coded: some Coded) -> WorkOrder.Unit {
        .init(code: coded.code, name: coded.name.zh, english: coded.name.en)
    }
}

extension Keys {
    /// The people a ticket's contacts name, each once and without contacts.
    package func people(_ contacts: [TicketContact]) throws(Trouble) -> [Party] {
        var people: [Party] = []
        for contact in contacts {
            let name = try open(KeptContact.self, contact.sealed, as: "contact").name
            if name != nil, !people.contains(where: { $0.name == name }) {
                people.append(Party(role: contact.role, name: name, contacts: []))
            }
        }
        return people
    }

    /// What a department's reply must carry to be taken for an answer to this ticket; cannot be guessed.
    package func replyToken(_ ticket: TicketNumber, department: String) -> String {
        "\(ticket).\(department).\(sign("reply", "\(ticket).\(department)", ticket: ticket).prefix(10).hex)"
    }
}
