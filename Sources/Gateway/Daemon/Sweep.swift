import Intake
import Logging
import ServiceLifecycle

/// Removes files that nothing in the ledger names: those of forms nobody came back for, those of repeats that were
/// refused, those of a process that died between keeping a file and naming it.
///
/// Safe against what is being kept or named at the same time: whoever is about to name a blob has kept it or touched it
/// less than `idle` ago (no request takes longer than `Patience.longest`, no fetch longer than its lease), whichever name
/// was found missing before that is looked at once more in the same step that removes it, and keeping and touching wait
/// for that step. A blob that was named a moment after it was listed has been touched by whoever named it, so it stays.
struct Sweep: Service {
    let tools: Tools
    /// How long a file must lie untouched: longer than any request or fetch can take to name it.
    static let idle = Duration.seconds(86_400)
    /// Files looked at in one step.
    private static let page = 500

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var hours = 0
            while !Task.isCancelled {
                do throws(Trouble) {
                    try await staged()
                    // All files are looked at, once a day.
                    if hours % 24 == 1 { try await unnamed() }
                } catch {
                    tools.log.warning("files were not swept", metadata: ["trouble": "\(error)"])
                }
                hours += 1
                try? await Task.sleep(for: .seconds(3600))
            }
        }
    }

    /// What forms left and nobody came back for.
    func staged() async throws(Trouble) {
        for blob in try await tools.store.sweepStaged(before: tools.now() - Staging.lifetime) {
            try await tools.blobs.remove(blob, untouchedFor: Sweep.idle)
        }
    }

    /// What nothing names, and rooms that were never finished.
    func unnamed(idle: Duration = idle) async throws(Trouble) {
        try await tools.blobs.sweep(idle: idle)
        var after: BlobID?
        repeat {
            let page = try await tools.blobs.untouched(for: idle, after: after, limit: Sweep.page)
            for blob in try await tools.store.unnamed(page) {
                try await tools.blobs.remove(blob, untouchedFor: idle)
                tools.metrics.count("intake_files_swept_total")
            }
            after = page.last
        } while after != nil && !Task.isCancelled
    }
}
