import Intake

/// A mail of ours came back: which delivery it was, and what the mail server said (RFC 3464).
struct Bounce: Sendable {
    let ticket: TicketNumber
    let delivery: Int64
    let at: Instant?
    let words: Phrase

    /// Nil where the report is about no mail of ours, or tells of a delay or a success.
    init?(_ mail: Mail, _ keys: Keys) {
        let report = mail.report
        guard ["failed", nil].contains(report?.fields["action"]?.lowercased()) else { return nil }
        let about = [report?.original].compactMap(\.self) + mail.threading.inReplyTo + mail.threading.references
        guard let (ticket, id) = MailKey.delivery(about, keys: keys) else { return nil }
        (self.ticket, delivery, at) = (ticket, id, mail.date)
        // The diagnostic line often repeats an address: only the status code is kept.
        let status = report?.fields["status"].map { $0.prefix { $0.isNumber || $0 == "." } }.map(String.init) ?? ""
        words = Phrase(
            zh: "邮件被退回 \(status)：核对收件地址后放行", en: "the mail came back \(status): mend the address, then release it")
    }

    /// What to write: the delivery is held, as if it had failed at once, and a person is told where there is a way to.
    /// Nil where it is known already, or the delivery was sent again since.
    func outcome(_ tools: Tools, alerts: String?) async throws(Trouble) -> Outcome? {
        guard let sent = try await tools.store.delivery([delivery]).first, sent.ticket == ticket.id,
            sent.state == .delivered, let last = try await tools.store.attempts(of: delivery).last
        else { return nil }
        // A mail's date has whole seconds, and clocks differ a little.
        if let at, at + .seconds(300) < last.at { return nil }
        let now = tools.now()
        var outcome = Outcome(ticket: ticket.id)
        outcome.attempt = Attempt(delivery: delivery, at: now, result: .lasting, reason: words.kept, state: .held)
        let note = DeliveryNote(
            delivery: delivery, destination: sent.destination, recipient: sent.recipient, said: words.kept)
        outcome.entries = [try tools.keys.entry(.held, at: now, actor: "intake", note)]
        if let alerts, sent.recipient != "operator" {
            let alert = Alert(
                number: ticket, title: "邮件被退回 A mail came back: \(sent.recipient)",
                text: "\(sent.destination)：\(words.kept)\nintake release \(delivery)")
            outcome.deliveries = [
                NewDelivery(
                    destination: alerts, recipient: "operator",
                    content: try tools.keys.seal(json: Message.alert(alert), as: "delivery"), created: now)
            ]
        }
        return outcome
    }
}
