/// What becomes of a kept arrival, on one page. Pure: it decides and returns, the caller writes.
///
///     kept ──▶ City.settle: locate → classify → catalogue, emergency words
///          ──▶ (the caller looks for similar tickets)
///          ──▶ Pipeline.settle: assignments + work orders + receipt to the citizen + alerts
///     more words or files later ──▶ settle again: the same assignments get a revised work order; where they tell the
///                                   place or the matter and nobody has signed yet, as if a person had asked
///     a person asks (requeue)   ──▶ settle anew: departments that are not wanted any more are told so
package enum Pipeline {
    /// What the configuration says about ways out.
    package struct Ways: Sendable {
        /// By channel: the destination that answers citizens who came that way, and the contact it needs.
        package var answers: [String: (destination: String, contact: Contact.Kind)]
        /// Where people are alerted; nil: log and metrics only.
        package var alerts: String?

        package init(answers: [String: (destination: String, contact: Contact.Kind)] = [:], alerts: String? = nil) {
            self.answers = answers
            self.alerts = alerts
        }
    }

    /// States in which a person may ask for another decision: nobody has signed for the ticket.
    package static let requeueable: Set<Ticket.State> = [.received, .needsInfo, .accepted]

    /// What a decision rests on, gathered by the caller. `contacts` are the ticket's own.
    package struct Grounds: Sendable {
        /// What `City.settle` says of all the citizen said, after `earlier`.
        package var found: Settled
        /// The same for what was known at the last decision, by the city's data of today: what differs between the two
        /// is due to what came since. Nil where there is no decision to hold on to.
        package var earlier: Settled?
        package var similar: [TicketNumber] = []
        package var contacts: [TicketContact] = []
        package var assignments: [Assignment] = []

        package init(_ dossier: Dossier, _ city: City) {
            let (channel, at) = (dossier.ticket.channel, dossier.ticket.received)
            if dossier.settled != nil, !dossier.requeued {
                earlier = city.settle(dossier.before, channel: channel, at: at)
            }
            found = city.settle(dossier.submission, channel: channel, at: at, after: earlier)
        }

        /// Whether area or category became known, or known better, since the last decision.
        package var isNew: Bool {
            found.located.area != earlier?.located.area || found.classified.category != earlier?.classified.category
        }
    }

    /// Decides who leads and who helps, by when, and what goes out.
    package static func settle(
        _ dossier: Dossier, _ grounds: Grounds, city: City, ways: Ways, keys: Keys, now: Instant
    ) throws(Trouble) -> Outcome {
        guard let settled = dossier.settled else {
            return try decide(dossier, grounds, news: nil, city, ways, keys, now)
        }
        var outcome = Outcome(ticket: dossier.ticket.number.id)
        outcome.linkPeople = true
        if dossier.requeued {
            outcome = try decide(dossier, grounds, news: nil, city, ways, keys, now)
        } else if dossier.grown {
            let news = News(grounds, settled, dossier.ticket, city)
            outcome =
                news.moves
                ? try decide(dossier, grounds, news: news.words, city, ways, keys, now)
                : try revise(dossier, settled, grounds, news: news.words, city, ways, keys, now)
        }
        if !dossier.replies.isEmpty { try tell(dossier, city, ways, keys, now, in: &outcome) }
        return outcome
    }

    /// What departments answered by mail is for people to read: it moves nothing and goes to no department.
    private static func tell(
        _ dossier: Dossier, _ city: City, _ ways: Ways, _ keys: Keys, _ now: Instant, in outcome: inout Outcome
    ) throws(Trouble) {
        let words = Phrase(zh: "单位来信答复，已提醒值班人员", en: "a department answered, a person was told")
        outcome.entries.append(try keys.entry(.told, at: now, actor: "intake", words))
        guard let alerts = ways.alerts else { return }
        for reply in dossier.replies {
            let code = reply.department ?? ""
            let name = city.name(ofDepartment: code)
            let alert = Alert(
                number: dossier.ticket.number, title: "单位来信答复 \(name.zh) \(name.en) answered",
                text: Masker.mask(reply.text))
            outcome.deliveries.append(
                NewDelivery(
                    destination: alerts, recipient: "operator",
                    content: try keys.seal(json: Message.alert(alert), as: "delivery"), created: now))
        }
    }

    /// The same departments get what came since; what it tells of place and category is noted.
    private static func revise(
        _ dossier: Dossier, _ before: Settlement, _ grounds: Grounds, news: Phrase?, _ city: City, _ ways: Ways,
        _ keys: Keys, _ now: Instant
    ) throws(Trouble) -> Outcome {
        var outcome = Outcome(ticket: dossier.ticket.number.id)
        outcome.linkPeople = true
        outcome.change.confidential = dossier.submission.confidential ? true : nil
        let found = grounds.found
        var settled = before
        settled.news = news
        if grounds.isNew {
            (settled.found.located, settled.found.classified) = (found.located, found.classified)
            settled.similar = grounds.similar
            if let category = found.classified.category { outcome.change.category = category }
            if let area = found.located.area { outcome.change.area = area }
        }
        if [.received, .needsInfo].contains(dossier.ticket.state) {
            outcome.from = requeueable
            outcome.change.state = try moved(
                dossier.ticket, to: found.classified.category == nil ? .received : .accepted)
        }
        // Later words may tell of a danger that the first did not.
        let dangers = EmergencyNotice.others(in: found.emergency, than: settled.found.emergency)
        settled.found.emergency += dangers
        let gone = Orders.replaceGone(in: &settled.found.decision, by: city)
        let orders = Orders(
            dossier: dossier, settled: settled, city: city, keys: keys,
            kept: Set(Orders.parts(before.found.decision)), revises: true)
        outcome.withdrawals = gone.map {
            .init(round: dossier.ticket.round, department: $0.department, role: $0.role, isGone: true)
        }
        outcome.assignments = orders.assignments(at: now)
        outcome.deliveries = try orders.workOrders(at: now)
        outcome.entries = [try keys.entry(.settled, at: now, actor: "intake", settled)]
        if !dangers.isEmpty { try alert(orders, dangers, ways, keys, now, in: &outcome) }
        return outcome
    }

    /// The state to write, nil where it is the same; trouble where the table of moves does not hold the move.
    private static func moved(_ ticket: Ticket, to state: Ticket.State) throws(Trouble) -> Ticket.State? {
        if state == ticket.state { return nil }
        _ = try Lifecycle.start(from: ticket.state, to: state, by: .intake)
        return state
    }

    /// Decides by the city's data of today, for the first time or anew.
    private static func decide(
        _ dossier: Dossier, _ grounds: Grounds, news: Phrase?, _ city: City, _ ways: Ways, _ keys: Keys, _ now: Instant
    ) throws(Trouble) -> Outcome {
        let (ticket, found) = (dossier.ticket, grounds.found)
        var outcome = Outcome(ticket: ticket.number.id)
        outcome.linkPeople = true
        outcome.change.confidential = dossier.submission.confidential ? true : nil
        outcome.from = dossier.settled == nil ? [.received, .needsInfo] : requeueable
        // A person was quicker: nothing is left to decide.
        guard outcome.from.contains(ticket.state) else { return Outcome(ticket: ticket.number.id) }
        var deadlines = city.deadlines(found.decision, from: ticket.received)
        if dossier.settled != nil {
            // What the citizen was promised runs from the report; a department has its time from when it hears of it.
            let fresh = city.deadlines(found.decision, from: now)
            (deadlines.sign, deadlines.contact) = (fresh.sign, fresh.contact)
        }
        let settled = Settlement(found: found, deadlines: deadlines, similar: grounds.similar, news: news)
        let before = dossier.settled.map { Orders.parts($0.found.decision) } ?? []
        // A decision of which nothing is left: whoever asks for another wants the ticket to be somebody's again.
        let isOwnerless = dossier.requeued && grounds.assignments.isEmpty
        let after = Set(Orders.parts(found.decision))
        let orders = Orders(
            dossier: dossier, settled: settled, city: city, keys: keys,
            kept: isOwnerless ? [] : after.intersection(before),
            revises: dossier.grown)

        outcome.withdrawals = before.filter { !after.contains($0) }.map {
            .init(
                round: ticket.round, department: $0.department, role: $0.role,
                isGone: city.departments[$0.department] == nil)
        }
        // What no rule could sort stays received until a person at the triage desk has looked.
        outcome.change.state = try moved(ticket, to: found.classified.category == nil ? .received : .accepted)
        outcome.change.category = found.classified.category
        outcome.change.area = found.located.area
        outcome.change.resolveBy = settled.deadlines.resolve
        outcome.assignments = orders.assignments(at: now)
        outcome.deliveries = try orders.workOrders(at: now)
        outcome.entries = [try keys.entry(.settled, at: now, actor: "intake", settled)]
        let dangers = EmergencyNotice.others(in: found.emergency, than: dossier.settled?.found.emergency ?? [])
        if dossier.settled != nil {
            // The citizen has a receipt since the first decision.
            outcome.deliveries += try orders.recalls(
                before, because: news ?? Phrase(zh: "重新分派", en: "routed again"), at: now)
        } else if let way = ways.answers[ticket.channel],
            let contact = grounds.contacts.first(where: { $0.role == .reporter && $0.kind == way.contact })
        {
            outcome.deliveries.append(try orders.receipt(to: contact, by: way.destination, at: now))
        }
        if !dangers.isEmpty { try alert(orders, dangers, ways, keys, now, in: &outcome) }
        return outcome
    }

    private static func alert(
        _ orders: Orders, _ emergency: [EmergencyNotice], _ ways: Ways, _ keys: Keys, _ now: Instant,
        in outcome: inout Outcome
    ) throws(Trouble) {
        outcome.entries.append(try keys.entry(.alerted, at: now, actor: "intake", emergency))
        if let alerts = ways.alerts { outcome.deliveries.append(try orders.alert(of: emergency, by: alerts, at: now)) }
    }
}
