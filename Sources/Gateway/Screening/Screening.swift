import Intake
import Logging

/// The desk that has files looked through for viruses before a department gets them. A file with one is kept away and
/// the ticket goes on with a note. While the scanner is away a ticket waits for a moment, then goes on without the
/// files; they follow in another work order.
struct Screening: Sendable {
    let works: Works
    private var tools: Tools { works.tools }
    private static let backoff = Backoff(first: .seconds(5), longest: .seconds(60), factor: 2)

    func work(_ jobs: [Job]) async -> [Outcome] {
        await works.each(jobs) { dossier, job throws(Trouble) in [try await screen(dossier, job)] }
    }

    private func screen(_ dossier: Dossier, _ job: Job) async throws(Trouble) -> Outcome {
        var files: [Screened.File] = []
        if let clamd = works.clamd {
            do throws(Trouble) {
                for file in dossier.unscreened { files.append(try await look(at: file, clamd, of: dossier)) }
            } catch {
                tools.metrics.count("intake_files_screened_total", ["outcome": "away"])
                tools.log.warning(
                    "files could not be looked through",
                    metadata: ["ticket": "\(dossier.ticket.number)", "trouble": "\(error)"])
                return try await wait(clamd.patience, dossier, job)
            }
        }
        var outcome = Outcome(ticket: dossier.ticket.number.id, job: job)
        outcome.seen = dossier.ticket.entries
        if !files.isEmpty {
            outcome.entries = [
                try tools.keys.entry(.screened, at: tools.now(), actor: "intake", Screened(files: files))
            ]
        }
        outcome.jobs = [NewJob(lane: .settle, due: tools.now())]
        return outcome
    }

    /// Tried again later; after a while the ticket is settled without the files meanwhile.
    private func wait(_ patience: Duration, _ dossier: Dossier, _ job: Job) async throws(Trouble) -> Outcome {
        var outcome = Outcome(ticket: dossier.ticket.number.id)
        if dossier.waits, tools.now() - dossier.lastSaid >= patience {
            outcome = try await Settling(works: works).settle(dossier.withheld, job)
        }
        outcome.job = job
        outcome.close = .again(tools.now() + Screening.backoff.pause(after: job.attempts))
        return outcome
    }

    private func look(
        at file: Dossier.Unscreened, _ clamd: Clamd, of dossier: Dossier
    ) async throws(Trouble) -> Screened.File {
        let verdict: ClamdReply.Verdict =
            file.size > clamd.largest
            ? .tooLarge : try await clamd.look(at: file.blob, in: tools.blobs, keys: tools.keys)
        var screened = Screened.File(sequence: file.sequence, index: file.index)
        switch verdict {
        case .clean: tools.metrics.count("intake_files_screened_total", ["outcome": "clean"])
        case .tooLarge:
            screened.size = clamd.tooLarge == .pass ? .passed : .withheld
            tools.metrics.count("intake_files_screened_total", ["outcome": "too-large"])
            tools.log.warning(
                "a file is too large to be looked through",
                metadata: ["ticket": "\(dossier.ticket.number)", "outcome": "\(screened.size)"])
        case .virus(let name):
            screened.virus = name
            tools.metrics.count("intake_files_screened_total", ["outcome": "virus"])
            tools.log.error(
                "a file holds a virus and is kept away",
                metadata: ["ticket": "\(dossier.ticket.number)", "virus": "\(name)"])
        }
        return screened
    }
}
