import Foundation
import Intake
import Logging

/// The desk of one destination: hands deliveries over and says what came of each (rule 7).
///
/// passing, and unclear where the far side knows a repeat by its key: again, with growing pauses, a number of times;
/// then, and for everything else, held with an alert. A destination that refuses the log-in holds nothing: what goes
/// there waits, people are alerted once, and it goes on by itself when the credential is mended. A delivery waits for
/// the earlier ones to the same recipient about the same ticket.
struct HandingOver: Sendable {
    let dispatcher: any Dispatcher
    let works: Works
    private let door = Door()
    private var tools: Tools { works.tools }
    /// Calls in flight to one destination.
    private static let width = 8

    func work(_ jobs: [Job]) async -> [Outcome] {
        let deliveries: [Int64: Delivery]
        do throws(Trouble) {
            let rows = try await tools.store.delivery(jobs.map(\.subject))
            deliveries = Dictionary(rows.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        } catch {
            tools.log.warning("deliveries are left to their leases", metadata: ["trouble": "\(error)"])
            return []
        }
        return await withTaskGroup(of: Outcome?.self) { group in
            var outcomes: [Outcome] = []
            for (number, job) in jobs.enumerated() {
                if number >= HandingOver.width, let done = await group.next() { outcomes += [done].compactMap(\.self) }
                group.addTask { await self.hand(job, deliveries[job.subject]) }
            }
            for await done in group { outcomes += [done].compactMap(\.self) }
            return outcomes
        }
    }

    private func hand(_ job: Job, _ delivery: Delivery?) async -> Outcome? {
        // No longer waiting to be sent: a person held or cancelled it while its job was due.
        guard let delivery else {
            return works.later(
                job, ticket: job.subject, .needsPerson("没有派发 \(job.subject)", "there is no delivery \(job.subject)"))
        }
        guard delivery.state == .pending else { return Outcome(ticket: delivery.ticket, job: job) }
        do throws(Trouble) {
            let earlier = try await tools.store.deliveries(of: delivery.ticket).first {
                $0.id < delivery.id && $0.recipient == delivery.recipient && [.pending, .held].contains($0.state)
            }
            if let earlier {
                var wait = Outcome(ticket: delivery.ticket, job: job)
                wait.close = .wait(tools.now() + (earlier.state == .held ? .seconds(120) : .seconds(10)))
                return wait
            }
            if let until = door.closed(at: tools.now()) {
                var wait = Outcome(ticket: delivery.ticket, job: job)
                wait.close = .wait(until)
                return wait
            }
            let outgoing: Outgoing
            do throws(Trouble) { outgoing = try await open(delivery, attempt: job.attempts + 1) } catch {
                // What cannot be opened will not open by itself: a person is shown it.
                if error.kind == .passing { throw error }
                return try finished(job, delivery, result(error), error.words.kept)
            }
            if job.lapsed, works.holdsUnclear.contains(delivery.destination) {
                return try failed(
                    job, delivery, outgoing,
                    .unclear("上次派发中途停止，可能已送达", "cut off during the last try; it may have arrived"))
            }
            do throws(Trouble) {
                let said = try await dispatcher.deliver(outgoing)
                welcome(delivery.destination)
                return try finished(job, delivery, .delivered, said)
            } catch {
                // Cut off by our own stop: no attempt is burned, the job goes back to its lease.
                if Task.isCancelled { return nil }
                if error.isRefusedLogin { return try refused(job, delivery, outgoing, error) }
                return try failed(job, delivery, outgoing, error)
            }
        } catch { return works.later(job, ticket: delivery.ticket, error) }
    }

    private func open(_ delivery: Delivery, attempt: Int) async throws(Trouble) -> Outgoing {
        guard let ticket = try await tools.store.tickets([delivery.ticket]).first else {
            throw .needsPerson("派发 \(delivery.id) 不属于任何工单", "delivery \(delivery.id) belongs to no ticket")
        }
        var contact: KeptContact?
        if let id = delivery.contact,
            let kept = try await tools.store.contacts(of: delivery.ticket).first(where: { $0.id == id })
        {
            contact = try tools.keys.open(KeptContact.self, kept.sealed, as: "contact")
        }
        let (message, blobs) = try tools.keys.open(Message.self, delivery.content, as: "delivery").parted
        return Outgoing(
            key: "\(ticket.number)-\(delivery.id)", ticket: ticket.number, attempt: attempt,
            recipient: delivery.recipient, message: message, blobs: blobs, contact: contact)
    }

    private func welcome(_ destination: String) {
        door.opened()
        tools.metrics.set("intake_destination_up", ["destination": destination], to: 1)
    }

    /// The destination lets nobody in: nothing is held, people are told once.
    private func refused(
        _ job: Job, _ delivery: Delivery, _ outgoing: Outgoing, _ trouble: Trouble
    ) throws(Trouble) -> Outcome {
        let (until, isNews) = door.refused(at: tools.now())
        var outcome = Outcome(ticket: delivery.ticket, job: job)
        outcome.close = .wait(until)
        outcome.attempt = Attempt(
            delivery: delivery.id, at: tools.now(), result: result(trouble), reason: trouble.words.kept,
            state: .pending)
        count(delivery, result(trouble))
        tools.metrics.set("intake_destination_up", ["destination": delivery.destination], to: 0)
        guard isNews else { return outcome }
        tools.log.critical(
            "a destination refuses the log-in",
            metadata: ["destination": "\(delivery.destination)", "trouble": "\(trouble)"])
        // By another way than the one that is shut.
        if let alerts = works.ways.alerts, alerts != delivery.destination {
            let alert = Alert(
                number: outgoing.ticket,
                title: "目的地登录不了 A destination refuses the log-in: \(delivery.destination)",
                text: "\(trouble.words.kept)\n修好后派发会自己继续。Deliveries go on by themselves once it is mended.")
            outcome.deliveries = [
                NewDelivery(
                    destination: alerts, recipient: "operator",
                    content: try tools.keys.seal(json: Message.alert(alert), as: "delivery"), created: tools.now())
            ]
        }
        return outcome
    }

    private func failed(
        _ job: Job, _ delivery: Delivery, _ outgoing: Outgoing, _ trouble: Trouble
    ) throws(Trouble) -> Outcome {
        let again =
            trouble.kind == .passing || trouble.kind == .unclear && !works.holdsUnclear.contains(delivery.destination)
        guard again, job.attempts + 1 < works.holdAfter else {
            var outcome = try finished(job, delivery, result(trouble), trouble.words.kept)
            if let alerts = works.ways.alerts, delivery.recipient != "operator" {
                let alert = Alert(
                    number: outgoing.ticket, title: "派发被搁置 A delivery is held: \(delivery.recipient)",
                    text: "\(delivery.destination)：\(trouble.words.kept)\nintake release \(delivery.id)")
                outcome.deliveries = [
                    NewDelivery(
                        destination: alerts, recipient: "operator",
                        content: try tools.keys.seal(json: Message.alert(alert), as: "delivery"), created: tools.now())
                ]
            }
            return outcome
        }
        var outcome = Outcome(ticket: delivery.ticket, job: job)
        outcome.close = .again(tools.now() + Backoff.standard.pause(after: job.attempts, asked: trouble.retryAfter))
        outcome.attempt = Attempt(
            delivery: delivery.id, at: tools.now(), result: result(trouble), reason: trouble.words.kept, state: .pending
        )
        count(delivery, result(trouble))
        return outcome
    }

    /// The delivery is at an end for now: delivered, or held for a person.
    private func finished(
        _ job: Job, _ delivery: Delivery, _ result: Attempt.Result, _ said: String
    ) throws(Trouble) -> Outcome {
        let state: Delivery.State = result == .delivered ? .delivered : .held
        var outcome = Outcome(ticket: delivery.ticket, job: job)
        outcome.attempt = Attempt(delivery: delivery.id, at: tools.now(), result: result, reason: said, state: state)
        let note = DeliveryNote(
            delivery: delivery.id, destination: delivery.destination, recipient: delivery.recipient, said: said)
        outcome.entries = [
            try tools.keys.entry(state == .held ? .held : .delivered, at: tools.now(), actor: "intake", note)
        ]
        count(delivery, result)
        if state == .held {
            tools.log.error(
                "a delivery is held",
                metadata: ["delivery": "\(delivery.id)", "destination": "\(delivery.destination)", "reason": "\(said)"])
        }
        return outcome
    }

    private func result(_ trouble: Trouble) -> Attempt.Result {
        switch trouble.kind {
        case .passing: .passing
        case .lasting: .lasting
        case .unclear: .unclear
        case .needsPerson: .needsPerson
        }
    }

    private func count(_ delivery: Delivery, _ result: Attempt.Result) {
        tools.metrics.count(
            "dispatch_attempts_total", ["destination": delivery.destination, "outcome": result.rawValue])
    }
}
