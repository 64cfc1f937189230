import Intake
import Logging

/// The desk that settles tickets: reads, asks the pipeline, gives back what to write.
struct Settling: Sendable {
    let works: Works
    private var tools: Tools { works.tools }
    /// How far back a similar ticket is worth mentioning.
    private static let window = Duration.seconds(14 * 86_400)
    /// As many as the ledger gives.
    private static let most = 10

    func work(_ jobs: [Job]) async -> [Outcome] {
        guard let dossiers = await works.dossiers(for: jobs) else { return [] }
        var grounded: [Grounded] = []
        var outcomes: [Outcome] = []
        for job in jobs {
            guard let dossier = dossiers[job.subject] else {
                outcomes.append(await putOff(job, .needsPerson("工单打不开", "the ticket cannot be opened")))
                continue
            }
            if works.clamd != nil, dossier.waits, !dossier.unscreened.isEmpty {
                // The scanner first; it gives the ticket back.
                var outcome = Outcome(ticket: job.subject, job: job)
                outcome.jobs = [NewJob(lane: .screen, due: tools.now())]
                outcomes.append(outcome)
                continue
            }
            do throws(Trouble) { grounded.append(try await ground(dossier, job)) } catch {
                outcomes.append(await putOff(job, error))
            }
        }
        for index in grounded.indices {
            addNeighbours(of: index, in: &grounded)
            do throws(Trouble) { outcomes.append(try settle(grounded[index])) } catch {
                outcomes.append(await putOff(grounded[index].job, error))
            }
        }
        return outcomes
    }

    /// Put off; what does not pass by itself is shown to a person: in the ticket's history and by an alert, once for each
    /// reason, and in `intake queue` as long as it lasts. It is tried again, so that it goes on once what is wrong is mended.
    private func putOff(_ job: Job, _ trouble: Trouble) async -> Outcome {
        var outcome = works.later(job, ticket: job.subject, trouble)
        if trouble.kind == .passing { return outcome }
        do throws(Trouble) {
            let known = try await tools.store.entries(of: [job.subject]).contains { entry in
                entry.kind == .held && ((try? tools.keys.payload(Phrase.self, of: entry)) ?? nil) == trouble.words
            }
            guard !known, let number = try await tools.store.tickets([job.subject]).first?.number else {
                return outcome
            }
            let entry = try tools.keys.entry(.held, at: tools.now(), actor: "intake", trouble.words)
            if let alerts = works.ways.alerts {
                let alert = Alert(
                    number: number, title: "派不下去，请人处理 Cannot be routed, needs a person", text: trouble.words.kept)
                outcome.deliveries = [
                    NewDelivery(
                        destination: alerts, recipient: "operator",
                        content: try tools.keys.seal(json: Message.alert(alert), as: "delivery"), created: tools.now())
                ]
            }
            outcome.entries = [entry]
            tools.metrics.count("intake_tickets_held_total")
        } catch {
            tools.log.error(
                "a held ticket is not shown", metadata: ["ticket": "\(job.subject)", "trouble": "\(error)"])
        }
        return outcome
    }

    /// What settling one ticket writes, whatever the job is about.
    func settle(_ dossier: Dossier, _ job: Job) async throws(Trouble) -> Outcome {
        try settle(try await ground(dossier, job))
    }

    /// A ticket with what its decision rests on.
    private struct Grounded {
        var job: Job
        var dossier: Dossier
        var grounds: Pipeline.Grounds
        var ticket: Ticket { dossier.ticket }

        /// Where and about what it is, if both are known.
        var matter: [String]? {
            guard let area = grounds.found.located.area, let category = grounds.found.classified.category else {
                return nil
            }
            return [area, category]
        }

        /// Whether similar tickets are to be looked for.
        var isAsked: Bool { dossier.settled == nil || dossier.requeued || grounds.isNew }
    }

    private func ground(_ known: Dossier, _ job: Job) async throws(Trouble) -> Grounded {
        let contacts = try await tools.store.contacts(of: known.ticket.number.id)
        var dossier = known
        // Their names are taken out of what leaves.
        dossier.submission.people = try tools.keys.people(contacts)
        var one = Grounded(job: job, dossier: dossier, grounds: Pipeline.Grounds(dossier, works.city))
        if one.isAsked, let matter = one.matter {
            one.grounds.similar = try await tools.store.similar(
                area: matter[0], category: matter[1], since: known.ticket.received - Settling.window,
                except: known.ticket.number.id
            ).map(\.number)
        }
        one.grounds.contacts = contacts
        if dossier.settled != nil {
            one.grounds.assignments = try await tools.store.assignments(of: known.ticket.number.id)
        }
        return one
    }

    /// Adds the tickets of the same batch about the same matter: the ledger does not know yet what they are about.
    private func addNeighbours(of index: Int, in all: inout [Grounded]) {
        let one = all[index]
        guard one.isAsked, let matter = one.matter else { return }
        for other in all where other.ticket.number.id != one.ticket.number.id && other.matter == matter {
            guard other.ticket.received >= one.ticket.received - Settling.window,
                all[index].grounds.similar.count < Settling.most,
                !all[index].grounds.similar.contains(other.ticket.number)
            else { continue }
            all[index].grounds.similar.append(other.ticket.number)
        }
    }

    private func settle(_ one: Grounded) throws(Trouble) -> Outcome {
        var outcome = try Pipeline.settle(
            one.dossier, one.grounds, city: works.city, ways: works.ways, keys: tools.keys, now: tools.now())
        outcome.job = one.job
        outcome.seen = one.ticket.entries
        if one.dossier.settled == nil {
            let sorted = one.grounds.found.classified.category != nil
            tools.metrics.count("intake_tickets_settled_total", ["sorted": sorted ? "yes" : "no"])
        }
        if outcome.entries.contains(where: { $0.kind == .alerted }) {
            tools.metrics.count("intake_emergencies_total")
            tools.log.critical("a report holds emergency words", metadata: ["ticket": "\(one.ticket.number)"])
        }
        return outcome
    }
}
