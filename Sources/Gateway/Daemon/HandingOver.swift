import Foundation
import Intake
import Logging

/// The desk of one destination: hands deliveries over and says what came of each (rule 7).
///
/// passing, and unclear where the far side knows a repeat by its key: again, with growing pauses, a number of times;
/// then, and for everything else, held with an alert. A destination that lets nobody in, or is out of reach for one order
/// after another, is left alone (`Circuit`): what goes there waits untouched, people are alerted once, and it goes on by
/// itself when one that is tried gets through. A delivery waits for the earlier ones to the same recipient about the same
/// ticket.
struct HandingOver: Sendable {
    let dispatcher: any Dispatcher
    let works: Works
    private let destination: Destination
    private var tools: Tools { works.tools }

    static let lease = Duration.seconds(300)
    /// What is not begun by then goes back: the lease must outlast every call that is under way.
    private static let shift = Duration.seconds(120)

    init(_ name: String, _ dispatcher: any Dispatcher, works: Works) {
        self.dispatcher = dispatcher
        self.works = works
        destination = Destination(name, works.tools)
    }

    /// Deliveries to take at once: none while the destination is left alone, one when it is to be tried.
    var room: Int { destination.calls > 1 ? Circuit.most : destination.calls }

    func work(_ jobs: [Job]) async -> [Outcome] {
        let rows = await works.insist(for: HandingOver.shift / 2) { () async throws(Trouble) in
            try await tools.store.delivery(jobs.map(\.subject))
        }
        guard let rows else { return [] }
        let deliveries = Dictionary(rows.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let end = ContinuousClock.now + HandingOver.shift
        return await withTaskGroup(of: Outcome?.self) { group in
            var (outcomes, calls): ([Outcome], Int) = ([], 0)
            for job in jobs {
                while calls > 0, calls >= max(1, destination.calls) {
                    if let done = await group.next() { outcomes += [done].compactMap(\.self) }
                    calls -= 1
                }
                if destination.calls == 0 || ContinuousClock.now >= end {
                    outcomes.append(waiting(job, deliveries[job.subject]?.ticket ?? job.subject, until: tools.now()))
                    continue
                }
                group.addTask { await self.hand(job, deliveries[job.subject]) }
                calls += 1
            }
            for await done in group { outcomes += [done].compactMap(\.self) }
            return outcomes
        }
    }

    /// Nothing was tried.
    private func waiting(_ job: Job, _ ticket: Int64, until due: Instant) -> Outcome {
        var outcome = Outcome(ticket: ticket, job: job)
        outcome.close = .wait(due)
        return outcome
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
                let pause: Duration = earlier.state == .held ? .seconds(120) : .seconds(10)
                return waiting(job, delivery.ticket, until: tools.now() + pause)
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
            return try await call(job, delivery, outgoing)
        } catch { return works.later(job, ticket: delivery.ticket, error) }
    }

    /// The one place where a destination is called, and where its circuit is told what came of it.
    private func call(_ job: Job, _ delivery: Delivery, _ outgoing: Outgoing) async throws(Trouble) -> Outcome? {
        let began = tools.now()
        do throws(Trouble) {
            let said = try await dispatcher.deliver(outgoing)
            _ = destination.take(nil, began: began)
            return try finished(job, delivery, .delivered, said)
        } catch {
            // Cut off by our own stop: no attempt is burned, the job goes back to its lease.
            if Task.isCancelled { return nil }
            let isNews = destination.take(error, began: began)
            var outcome =
                try error.isRefusedLogin || asksForLong(error)
                ? refused(job, delivery, error) : failed(job, delivery, outgoing, error)
            if isNews { outcome.deliveries += try alert(delivery, outgoing, error) }
            return outcome
        }
    }

    private func open(_ delivery: Delivery, attempt: Int) async throws(Trouble) -> Outgoing {
        guard let ticket = try await tools.store.tickets([delivery.ticket]).first else {
            throw .needsPerson("派发 \(delivery.id) 不属于任何工单", "delivery \(delivery.id) belongs to no ticket")
        }
        var contact: KeptContact?
        if let id = delivery.contact,
            let kept = try await tools.store.contacts(of: delivery.ticket).first(where: { $0.id == id })
        {
            contact = try tools.keys.open(kept, of: try await tools.store.entries(of: [delivery.ticket]))
        }
        let (message, blobs) = try tools.keys.message(of: delivery).parted
        return Outgoing(
            key: tools.keys.deliveryKey(ticket.number, delivery.id), ticket: ticket.number, attempt: attempt,
            recipient: delivery.recipient, message: message, blobs: blobs, contact: contact)
    }

    /// More than the circuit grants: how long its orders wait is up to it, and no try of theirs is used up meanwhile.
    private func asksForLong(_ trouble: Trouble) -> Bool {
        trouble.kind == .passing && trouble.isOfServer && (trouble.retryAfter ?? .zero) > Circuit.longest
    }

    /// The destination lets nobody in: this delivery is not to blame, and no try of it is used up.
    private func refused(_ job: Job, _ delivery: Delivery, _ trouble: Trouble) -> Outcome {
        var outcome = waiting(job, delivery.ticket, until: destination.until ?? tools.now())
        outcome.attempt = Attempt(
            delivery: delivery.id, at: tools.now(), result: result(trouble), reason: trouble.words.kept,
            state: .pending)
        count(delivery, result(trouble))
        return outcome
    }

    /// That the destination is left alone from now on, by another way than to itself.
    private func alert(
        _ delivery: Delivery, _ outgoing: Outgoing, _ trouble: Trouble
    ) throws(Trouble) -> [NewDelivery] {
        guard let alerts = works.ways.alerts, alerts != delivery.destination else { return [] }
        let title =
            trouble.isRefusedLogin
            ? "目的地登录不了 A destination refuses the log-in"
            : asksForLong(trouble)
                ? "目的地要求久等，派发暂停 A destination asks for a long pause; its orders wait"
                : "目的地连不上，派发暂停 A destination is out of reach; its orders wait"
        let alert = Alert(
            number: outgoing.ticket, title: "\(title): \(delivery.destination)",
            text: "\(trouble.words.kept)\n修好后派发会自己继续。Deliveries go on by themselves once it is mended.")
        return [
            NewDelivery(
                destination: alerts, recipient: "operator",
                content: try tools.keys.seal(json: Message.alert(alert), as: "delivery"), created: tools.now())
        ]
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
