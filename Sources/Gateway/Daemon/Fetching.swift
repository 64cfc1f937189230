import Intake
import Logging

/// The desk of one channel that gets files left with its platform, before the platform forgets them.
struct Fetching: Sendable {
    let channel: any Channel
    let works: Works
    private var tools: Tools { works.tools }
    /// Platforms keep files for three days; after as many tries, an hour apart, a file is taken to be gone, and the
    /// ticket says so. A person has as long to mend what keeps us from it (an address outside the listed networks).
    private static let tries = 72
    /// Jobs are taken one by one and held anew before each file, which takes five minutes at most: the files of one ticket
    /// may take hours, and nobody else begins with them meanwhile.
    static let lease = Duration.seconds(600)

    func work(_ jobs: [Job]) async -> [Outcome] { await works.each(jobs, fetch) }

    /// Gets all files of a ticket; what was got is written even if another must be tried again. Nothing comes of it where
    /// somebody else has taken the job: what was got goes with the sweep.
    private func fetch(_ dossier: Dossier, _ job: Job) async throws(Trouble) -> [Outcome] {
        var outcome = Outcome(ticket: dossier.ticket.number.id, job: job)
        var held: [(name: String, trouble: Trouble)] = []
        for remote in dossier.remotes {
            guard try await tools.store.renew(job, until: tools.now() + Fetching.lease) else { return [] }
            var attachment: Attachment
            do throws(Trouble) {
                attachment = try await channel.fetch(remote.remote)
                attachment.name = remote.name.isEmpty ? attachment.name : remote.name
                tools.metrics.count("intake_files_fetched_total", ["outcome": "kept"])
            } catch  where [.passing, .needsPerson].contains(error.kind) && job.attempts + 1 < Fetching.tries {
                if error.kind == .needsPerson { held.append((remote.name, error)) }
                outcome.close = .again(
                    tools.now() + Backoff.standard.pause(after: job.attempts, asked: error.retryAfter))
                continue
            } catch {
                attachment = Attachment(
                    name: remote.name, type: "application/octet-stream", content: .missing(error.words.kept))
                tools.metrics.count("intake_files_fetched_total", ["outcome": "missing"])
                tools.log.error(
                    "a file will not be had", metadata: ["ticket": "\(dossier.ticket.number)", "trouble": "\(error)"])
            }
            let fetched = Fetched(sequence: remote.sequence, index: remote.index, attachment: attachment)
            if let blob = attachment.content.blob { outcome.blobs.append(blob) }
            outcome.entries.append(try tools.keys.entry(.fetched, at: tools.now(), actor: "intake", fetched))
        }
        if !held.isEmpty { try await hold(held, of: dossier, job, in: &outcome) }
        // Departments get the files that came since their first work order; that none came is for the operator.
        if !outcome.blobs.isEmpty { outcome.jobs = [NewJob(lane: .settle, due: tools.now())] }
        return [outcome]
    }

    /// Says once for a ticket that a person must mend something; its files wait for that.
    private func hold(
        _ held: [(name: String, trouble: Trouble)], of dossier: Dossier, _ job: Job, in outcome: inout Outcome
    ) async throws(Trouble) {
        for (_, trouble) in held {
            tools.metrics.count("intake_files_fetched_total", ["outcome": "held"])
            tools.log.error(
                "a file is not fetched until a person mends this",
                metadata: ["ticket": "\(dossier.ticket.number)", "trouble": "\(trouble)"])
        }
        guard job.attempts == 0, let alerts = works.ways.alerts, try await !isTold(dossier.ticket) else { return }
        var words: [String] = []
        for (name, trouble) in held {
            let line = "\(Masker.mask(name)): \(trouble.words.kept)"
            if !words.contains(line) { words.append(line) }
        }
        let alert = Alert(
            number: dossier.ticket.number, title: "\(Self.title): \(held.count)", text: words.joined(separator: "\n"))
        outcome.deliveries.append(
            NewDelivery(
                destination: alerts, recipient: "operator",
                content: try tools.keys.seal(json: Message.alert(alert), as: "delivery"), created: tools.now()))
    }

    private static let title = "附件待取 Files wait to be fetched"

    /// Whether a person was told before that files of this ticket wait, as when more of them came since.
    private func isTold(_ ticket: Ticket) async throws(Trouble) -> Bool {
        for delivery in try await tools.store.deliveries(of: ticket.number.id) where delivery.recipient == "operator" {
            guard case .alert(let alert) = try tools.keys.open(Message.self, delivery.content, as: "delivery") else {
                continue
            }
            if alert.title.hasPrefix(Self.title) { return true }
        }
        return false
    }
}
