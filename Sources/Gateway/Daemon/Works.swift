import Foundation
import Hummingbird
import Intake
import Logging

/// Everything a reload swaps at once: the city's data, channels, destinations, routes, and the clerk that works with
/// them. Made whole and checked before the old one is let go.
struct Works: Sendable {
    let city: City
    let channels: [String: any Channel]
    let dispatchers: [String: any Dispatcher]
    let ways: Pipeline.Ways
    let holdAfter: Int
    let retention: Retention
    /// What looks through files for viruses, if anything does.
    let clamd: Clamd?
    /// Destinations where what may have happened is held for a person rather than tried again (rule 7).
    let holdsUnclear: Set<String>
    let tools: Tools
    let responder: any HTTPResponder<GatewayContext>
    let doors: Doors

    /// Lets every adapter read its settings; all complaints of the file, the city and the adapters come together.
    init(_ configuration: Configuration, tools: Tools, inbox: Inbox) throws(ConfigurationError) {
        var tools = tools
        tools.proxies = configuration.proxies
        tools.alerts = configuration.alerts
        tools.comingCity = configuration.city
        var channels: [String: any Channel] = [:]
        for (name, type, settings) in configuration.channels {
            channels[name] = type.init(name: name, settings, tools)
        }
        var dispatchers: [String: any Dispatcher] = [:]
        var holding: Set<String> = []
        for (name, type, settings) in configuration.destinations {
            let unclear = settings.choice("unclear", default: type.repeatable ? Unclear.retry : .hold)
            if unclear == .hold { holding.insert(name) }
            dispatchers[name] = type.init(name: name, settings, tools)
        }
        Works.checkAnswers(configuration, channels)
        Works.checkSources(configuration, channels, dispatchers)
        Works.checkKeeping(configuration, channels)
        try configuration.settings.conclude()
        city = try configuration.wantedCity()
        self.channels = channels
        self.dispatchers = dispatchers
        self.tools = tools
        holdAfter = configuration.holdAfter
        retention = configuration.retention
        clamd = configuration.clamd
        holdsUnclear = holding
        ways = Pipeline.Ways(answers: channels.compactMapValues(\.answers), alerts: configuration.alerts)
        let router = Router(context: GatewayContext.self, options: .autoGenerateHeadEndpoints)
        for channel in channels.values { channel.routes(router, into: inbox) }
        let built = router.buildResponder()
        responder = Methods(built, router)
        doors = Doors(channels, into: inbox)
    }

    /// What channels leave where we do not reach, by their names.
    var leaves: [String: Phrase] { channels.compactMapValues(\.leaves) }

    private enum Unclear: String, CaseIterable { case retry, hold }

    /// The desks of the clerk: one lane each, so that none waits for another.
    var desks: [Clerk.Desk] {
        let settling = Settling(works: self)
        let screening = Screening(works: self)
        var desks = [
            Clerk.Desk(lane: .settle, batch: 64, lease: .seconds(60)) { await settling.work($0) },
            // Also without a scanner: what waited for one goes on.
            Clerk.Desk(lane: .screen, batch: 4, lease: .seconds(1800)) { await screening.work($0) },
        ]
        for (name, dispatcher) in dispatchers {
            let handing = HandingOver(name, dispatcher, works: self)
            desks.append(
                Clerk.Desk(lane: .deliver(destination: name), batch: handing.room, lease: HandingOver.lease) {
                    await handing.work($0)
                })
        }
        for (name, channel) in channels {
            let fetching = Fetching(channel: channel, works: self)
            desks.append(
                Clerk.Desk(lane: .fetch(channel: name), batch: 1, lease: Fetching.lease) { await fetching.work($0) })
        }
        return desks
    }

    /// Opens the dossiers of tickets; one that cannot be opened is left out and said so.
    func dossiers(of tickets: [Int64]) async throws(Trouble) -> [Int64: Dossier] {
        let rows = try await tools.store.tickets(tickets)
        let entries = Dictionary(grouping: try await tools.store.entries(of: tickets), by: \.ticket)
        var dossiers: [Int64: Dossier] = [:]
        for ticket in rows {
            do throws(Trouble) {
                dossiers[ticket.number.id] = try Dossier.read(ticket, entries[ticket.number.id] ?? [], keys: tools.keys)
            } catch {
                tools.log.error(
                    "a ticket cannot be opened", metadata: ["ticket": "\(ticket.number)", "trouble": "\(error)"])
            }
        }
        return dossiers
    }

    /// The dossiers of the tickets that jobs are about; nil where the ledger could not be read: then the jobs are left to
    /// their leases, of which none is shorter than a minute.
    func dossiers(for jobs: [Job]) async -> [Int64: Dossier]? {
        await insist(for: .seconds(20)) { () async throws(Trouble) in try await dossiers(of: jobs.map(\.subject)) }
    }

    /// What the ledger says, asked again each second while it is away: jobs that were taken need not wait for the end of
    /// their leases. Nil after `patience`, which must end before the lease, for other trouble, and when stopped.
    func insist<Value: Sendable>(
        for patience: Duration, _ ask: () async throws(Trouble) -> Value
    ) async -> Value? {
        let end = ContinuousClock.now + patience
        while true {
            do throws(Trouble) { return try await ask() } catch {
                let again = error.kind == .passing && ContinuousClock.now < end
                tools.log.warning(
                    again ? "jobs wait for the ledger" : "jobs are left to their leases",
                    metadata: ["trouble": "\(error)"])
                guard again, (try? await Task.sleep(for: .seconds(1))) != nil else { return nil }
            }
        }
    }

    /// What comes of each job about a ticket; one whose ticket cannot be opened, or that meets trouble, is put off.
    func each(
        _ jobs: [Job], _ work: (Dossier, Job) async throws(Trouble) -> [Outcome]
    ) async -> [Outcome] {
        guard let dossiers = await dossiers(for: jobs) else { return [] }
        var outcomes: [Outcome] = []
        for job in jobs {
            guard let dossier = dossiers[job.subject] else {
                outcomes.append(later(job, ticket: job.subject, .needsPerson("工单打不开", "the ticket cannot be opened")))
                continue
            }
            do throws(Trouble) { outcomes += try await work(dossier, job) } catch {
                outcomes.append(later(job, ticket: job.subject, error))
            }
        }
        return outcomes
    }

    /// A job put off because of trouble of our own; it counts as an attempt and pauses grow.
    func later(_ job: Job, ticket: Int64, _ trouble: Trouble) -> Outcome {
        tools.log.warning(
            "a job is put off", metadata: ["lane": "\(job.lane)", "ticket": "\(ticket)", "trouble": "\(trouble)"])
        var outcome = Outcome(ticket: ticket, job: job)
        outcome.close = .again(
            tools.now() + Backoff.standard.pause(after: job.attempts, asked: trouble.retryAfter))
        return outcome
    }
}
