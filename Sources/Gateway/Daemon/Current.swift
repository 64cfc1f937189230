import Hummingbird
import Intake
import Synchronization

/// What runs now and a reload swaps: the works and the clerk that works with them. Looked up at each use.
final class Current: Sendable {
    private let state = Mutex<(works: Works, clerk: Clerk)?>(nil)

    var works: Works? { state.withLock { $0?.works } }
    var clerk: Clerk? { state.withLock { $0?.clerk } }
    var city: City? { state.withLock { $0?.works.city } }
    // Asked for with every request: the works as a whole are too much to copy.
    var responder: (any HTTPResponder<GatewayContext>)? { state.withLock { $0?.works.responder } }
    /// The channel that answers under a path of the public listener.
    func channel(at path: String) -> String? { state.withLock { $0?.works.doors.channel(at: path) } }
    var zone: Zone? { state.withLock { $0?.works.city.calendar.zone } }

    func set(_ works: Works, _ clerk: Clerk) { state.withLock { $0 = (works, clerk) } }

    /// Told by the inbox after each commit: wakes the lanes that got work, and counts.
    func kept(_ parcels: [KeptParcel], _ receipts: [[Receipt]], _ took: Duration, _ metrics: Metrics) {
        let clerk = clerk
        metrics.count("store_sync_seconds_count")
        metrics.count("store_sync_seconds_sum", by: took / .seconds(1))
        var lanes: Set<Lane> = []
        var answered: [Answered: Double] = [:]
        for (parcel, receipts) in zip(parcels, receipts) {
            for receipt in receipts {
                let kind = Answered(channel: parcel.channel, arrival: receipt.arrival, first: receipt.seen == .first)
                answered[kind, default: 0] += 1
            }
            for arrival in parcel.arrivals {
                if case .ticket(let ticket) = arrival.content { lanes.formUnion(ticket.jobs.map(\.lane)) }
            }
        }
        for (kind, number) in answered {
            metrics.count(
                "intake_acked_total",
                ["channel": kind.channel, "class": kind.arrival.rawValue, "seen": kind.first ? "first" : "again"],
                by: number)
        }
        for lane in lanes { clerk?.wake(lane) }
    }

    private struct Answered: Hashable {
        var channel: String
        var arrival: ArrivalClass
        var first: Bool
    }
}
