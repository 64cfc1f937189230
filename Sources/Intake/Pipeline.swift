/// What becomes of a kept arrival, on one page. Pure: it decides and returns, the caller writes.
///
///     kept ──▶ City.settle: locate → classify → catalogue, emergency words
///          ──▶ (the caller looks for similar tickets)
///          ──▶ Pipeline.settle: assignments + work orders + receipt to the citizen + alerts
///     more words or files later ──▶ settle again: the same assignments get a revised work order
///     a person asks (requeue)   ──▶ settle anew: departments that are not wanted any more are taken back
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

    /// Decides who leads and who helps, by when, and what goes out. `found` is what `City.settle` says of the dossier's
    /// submission; `contacts` are the ticket's own.
    package static func settle(
        _ dossier: Dossier, _ found: Settled, similar: [TicketNumber], contacts: [TicketContact], city: City,
        ways: Ways, keys: Keys, now: Instant
    ) throws(Trouble) -> Outcome {
        let ticket = dossier.ticket
        var outcome = Outcome(ticket: ticket.number.id)
        outcome.linkPeople = true
        if var settled = dossier.settled, !dossier.requeued {
            guard dossier.grown else { return outcome }
            // Later words may tell of a danger that the first did not.
            let danger = settled.found.emergency.isEmpty && !found.emergency.isEmpty
            if danger { settled.found.emergency = found.emergency }
            let orders = Orders(dossier: dossier, settled: settled, city: city, keys: keys)
            outcome.deliveries = try orders.workOrders(at: now)
            outcome.entries = [try keys.entry(.settled, at: now, actor: "intake", settled)]
            if danger { try alert(orders, found.emergency, ways, keys, now, in: &outcome) }
            return outcome
        }
        let settled = Settlement(
            found: found, deadlines: city.deadlines(found.decision, from: ticket.received), similar: similar)
        outcome.from = dossier.requeued ? requeueable : [.received, .needsInfo]
        // A person was quicker: nothing is left to decide.
        guard outcome.from.contains(ticket.state) else { return Outcome(ticket: ticket.number.id) }
        let before = dossier.settled.map { Orders.parts($0.found.decision) } ?? []
        let after = Set(Orders.parts(found.decision))
        let orders = Orders(
            dossier: dossier, settled: settled, city: city, keys: keys, kept: after.intersection(before))

        outcome.withdrawals = before.filter { !after.contains($0) }.map {
            .init(round: ticket.round, department: $0.department, role: $0.role)
        }
        // What no rule could sort stays received until a person at the triage desk has looked.
        outcome.change.state = found.classified.category == nil ? nil : .accepted
        outcome.change.category = found.classified.category
        outcome.change.area = found.located.area
        outcome.change.resolveBy = settled.deadlines.resolve
        outcome.assignments = orders.assignments(at: now)
        outcome.deliveries = try orders.workOrders(at: now)
        outcome.entries = [try keys.entry(.settled, at: now, actor: "intake", settled)]
        // The citizen has a receipt, and whoever is on duty the alert, since the first decision.
        if dossier.settled != nil { return outcome }
        if let way = ways.answers[ticket.channel],
            let contact = contacts.first(where: { $0.role == .reporter && $0.kind == way.contact })
        {
            outcome.deliveries.append(try orders.receipt(to: contact, by: way.destination, at: now))
        }
        if !found.emergency.isEmpty { try alert(orders, found.emergency, ways, keys, now, in: &outcome) }
        return outcome
    }

    private static func alert(
        _ orders: Orders, _ emergency: [EmergencyNotice], _ ways: Ways, _ keys: Keys, _ now: Instant,
        in outcome: inout Outcome
    ) throws(Trouble) {
        outcome.entries.append(try keys.entry(.alerted, at: now, actor: "intake", emergency))
        if let alerts = ways.alerts { outcome.deliveries.append(try orders.alert(by: alerts, at: now)) }
    }
}
