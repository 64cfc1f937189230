import Intake
import Logging

/// The desk that settles tickets: reads, asks the pipeline, gives back what to write.
struct Settling: Sendable {
    let works: Works
    private var tools: Tools { works.tools }
    /// How far back a similar ticket is worth mentioning.
    private static let window = Duration.seconds(14 * 86_400)

    func work(_ jobs: [Job]) async -> [Outcome] {
        let dossiers: [Int64: Dossier]
        do throws(Trouble) { dossiers = try await works.dossiers(of: jobs.map(\.subject)) } catch {
            tools.log.warning("jobs are left to their leases", metadata: ["trouble": "\(error)"])
            return []
        }
        var outcomes: [Outcome] = []
        for job in jobs {
            guard let dossier = dossiers[job.subject] else {
                outcomes.append(
                    works.later(job, ticket: job.subject, .needsPerson("工单打不开", "the ticket cannot be opened")))
                continue
            }
            do throws(Trouble) {
                var outcome = try await settle(dossier)
                outcome.job = job
                outcome.seen = dossier.ticket.entries
                outcomes.append(outcome)
            } catch {
                outcomes.append(works.later(job, ticket: job.subject, error))
            }
        }
        return outcomes
    }

    private func settle(_ known: Dossier) async throws(Trouble) -> Outcome {
        let ticket = known.ticket
        let contacts = try await tools.store.contacts(of: ticket.number.id)
        var dossier = known
        // Their names are taken out of what leaves.
        dossier.submission.people = try tools.keys.people(contacts)
        let city = works.city
        var grounds = Pipeline.Grounds(dossier, city)
        let found = grounds.found
        if dossier.settled == nil || dossier.requeued || grounds.isNew, let area = found.located.area,
            let category = found.classified.category
        {
            grounds.similar = try await tools.store.similar(
                area: area, category: category, since: ticket.received - Settling.window, except: ticket.number.id
            ).map(\.number)
        }
        grounds.contacts = contacts
        if dossier.settled != nil { grounds.assignments = try await tools.store.assignments(of: ticket.number.id) }
        let outcome = try Pipeline.settle(
            dossier, grounds, city: city, ways: works.ways, keys: tools.keys, now: tools.now())
        if dossier.settled == nil {
            tools.metrics.count(
                "intake_tickets_settled_total", ["sorted": found.classified.category == nil ? "no" : "yes"])
            if !found.emergency.isEmpty {
                tools.metrics.count("intake_emergencies_total")
                tools.log.critical("a report holds emergency words", metadata: ["ticket": "\(ticket.number)"])
            }
        }
        return outcome
    }
}
