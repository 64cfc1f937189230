import Intake
import Logging
import ServiceLifecycle

/// Erases what has been kept long enough: first soon after the start, then each day. Files that an erasure by hand let go
/// are removed each hour.
struct DailyRound: Service {
    let tools: Tools
    /// How long things are kept, and by which channels they come, as the configuration says now.
    let works: @Sendable () -> Works?

    /// Between two batches.
    private static let rest = Duration.milliseconds(200)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var (wait, hours) = (Duration.seconds(600), 0)
            while (try? await Task.sleep(for: wait)) != nil {
                await round(whole: hours % 24 == 0)
                (wait, hours) = (.seconds(3600), hours + 1)
            }
        }
    }

    private func round(whole: Bool) async {
        let works = works()
        let erasing = Erasing(
            store: tools.store, blobs: tools.blobs, keys: tools.keys, leaves: works?.leaves ?? [:])
        await erase(erasing, whole ? works?.retention : nil)
        // Whatever was erased, and by whom: an erasure by hand may have met a file on its way.
        for (name, channel) in works?.channels ?? [:] {
            do throws(Trouble) { _ = try await channel.forget() } catch {
                tools.log.error(
                    "files of erased reports are still there", metadata: ["channel": "\(name)", "trouble": "\(error)"])
            }
        }
    }

    private func erase(_ erasing: Erasing, _ retention: Retention?) async {
        do throws(Trouble) {
            guard let retention else {
                try await erasing.clear()
                return
            }
            let sum = try await Retaining(erasing, retention, rest: { try? await Task.sleep(for: Self.rest) })
                .run(at: tools.now())
            if sum.isEmpty { return }
            for (part, count) in sum.tickets {
                tools.metrics.count("intake_erased_total", ["kind": part.rawValue], by: Double(count))
            }
            tools.metrics.count("intake_erased_total", ["kind": "originals"], by: Double(sum.originals))
            tools.log.notice(
                "what was kept long enough was erased",
                metadata: [
                    "identities": "\(sum.tickets[.identity] ?? 0)", "texts": "\(sum.tickets[.text] ?? 0)",
                    "attachments": "\(sum.tickets[.attachments] ?? 0)", "originals": "\(sum.originals)",
                    "quarantined": "\(sum.quarantined)", "accesses": "\(sum.accesses)", "files": "\(sum.files)",
                ])
        } catch { tools.log.error("the daily round was cut short", metadata: ["trouble": "\(error)"]) }
    }
}
