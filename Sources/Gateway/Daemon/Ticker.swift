import Intake
import Logging
import ServiceLifecycle

/// What happens by the clock: lanes looked at each second (retries, work of other nodes), a store round trip that
/// feeds the watchdog, a checkpoint each minute.
struct Ticker: Service {
    let tools: Tools
    let inbox: Inbox
    let floor: Floor
    let clock: LedgerClock
    let manager: ServiceManager
    let clerk: @Sendable () -> Clerk?

    /// Each by its own clock: a ledger that takes long over one thing holds up nothing else.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            let feeding = max(.seconds(1), manager.watchdog ?? .seconds(10))
            await withDiscardingTaskGroup { group in
                group.addTask { await Ticker.each(.seconds(1)) { clerk()?.wakeAll() } }
                group.addTask { await Ticker.each(feeding) { await feed() } }
                // A database may keep silent for longer than the service manager waits for us: that we go on is enough.
                if clock.isShared { group.addTask { await Ticker.each(feeding) { manager.alive() } } }
                group.addTask {
                    var last: Checkpoint?
                    await Ticker.each(.seconds(60), after: .seconds(60)) {
                        last = await checkpoint(after: last) ?? last
                    }
                }
                group.addTask { await counts() }
                group.addTask { await Ticker.each(.seconds(1)) { await floor.look(shutting: inbox) } }
                group.addTask { for await _ in floor.much { await floor.look(shutting: inbox) } }
            }
        }
    }

    /// Acts again and again, with so long between, until cancelled.
    private static func each(_ pause: Duration, after first: Duration = .zero, _ act: () async -> Void) async {
        try? await Task.sleep(for: first)
        while !Task.isCancelled {
            await act()
            try? await Task.sleep(for: pause)
        }
    }

    /// Counting reads the ledger whole: it gets a hundredth of the time, however large that is.
    private func counts() async {
        var pause = Duration.seconds(10)
        while (try? await Task.sleep(for: pause)) != nil {
            let began = ContinuousClock.now
            await count()
            pause = max(.seconds(300), (ContinuousClock.now - began) * 100)
        }
    }

    /// The watchdog is fed by the answer of a ledger of our own, not by a timer: a commit, or that it will come back (a full
    /// disk: we stay up and say 503). One that does not answer at all feeds nobody.
    private func feed() async {
        do throws(Trouble) {
            if let step = try await clock.follow(tools.store) {
                tools.metrics.count("clock_steps_total")
                tools.log.warning(
                    "the clock was stepped; what waits was moved along",
                    metadata: ["milliseconds": "\(step.wholeMilliseconds)"])
            }
            try await tools.store.probe(at: tools.now())
            // An error of the disk is found before a file comes (rule 9).
            try await tools.blobs.probe()
            manager.alive()
            for (lane, due) in try await tools.store.lanes() {
                let age = max(0, (tools.now() - due).wholeMilliseconds / 1000)
                tools.metrics.set("intake_age_oldest_seconds", ["lane": lane.description], to: Double(age))
            }
        } catch {
            if error.kind == .passing { manager.alive() }
            tools.metrics.count("store_probe_failures_total")
            tools.log.error("the ledger cannot commit", metadata: ["trouble": "\(error)"])
        }
    }

    /// A checkpoint, if anything changed. The one this daemon tied before must still be there.
    private func checkpoint(after last: Checkpoint?) async -> Checkpoint? {
        do throws(Trouble) {
            if let last, try await !last.stands(in: tools.store) {
                tools.metrics.count("ledger_tampering_total")
                tools.log.critical(
                    "a checkpoint is gone or changed: somebody wrote to the ledger; run intake audit verify",
                    metadata: ["number": "\(last.id)", "hash": "\(last.hash.hex)"])
            }
            guard let knot = try await tools.store.checkpoint(at: tools.now(), keys: tools.keys) else { return nil }
            tools.log.notice(
                "checkpoint",
                metadata: [
                    "number": "\(knot.id)", "tickets": "\(knot.tickets)", "entries": "\(knot.entries)",
                    "hash": "\(knot.hash.hex)",
                ])
            return knot
        } catch {
            tools.log.error("no checkpoint", metadata: ["trouble": "\(error)"])
            return nil
        }
    }

    /// The books (rule 3), as gauges and, where they do not balance, as an alarm.
    private func count() async {
        do throws(Trouble) {
            let books = try await tools.store.books()
            for (word, number) in books.arrivals {
                tools.metrics.set("intake_arrivals", ["class": word], to: Double(number))
            }
            for (word, number) in books.notices {
                tools.metrics.set("intake_notices", ["kind": word], to: Double(number))
            }
            let unsettled = try await tools.store.unsettled(limit: 1000).count
            tools.metrics.set("intake_tickets_held", to: Double(unsettled))
            tools.metrics.set("intake_books_out_of_balance", to: Double(books.complaints.count))
            for complaint in books.complaints {
                tools.log.critical("the books do not balance", metadata: ["complaint": "\(complaint.en)"])
            }
        } catch { tools.log.warning("the books could not be counted", metadata: ["trouble": "\(error)"]) }
    }
}
