import Logging

/// The daily round: erases what has been kept long enough, in small commits with rests between them.
package struct Retaining: Sendable {
    package struct Sum: Sendable, Equatable {
        package var tickets: [ErasurePart: Int] = [:]
        package var originals = 0
        package var quarantined = 0
        package var accesses = 0
        package var files = 0
        package init() {}

        package var isEmpty: Bool { self == Sum() }
    }
    /// Tickets, parcels or rows in one commit.
    package static let batch = 50

    let erasing: Erasing
    let retention: Retention
    let rest: @Sendable () async -> Void

    /// - Parameter rest: called after each batch, so that citizens come first.
    package init(_ erasing: Erasing, _ retention: Retention, rest: @escaping @Sendable () async -> Void = {}) {
        self.erasing = erasing
        self.retention = retention
        self.rest = rest
    }

    /// What is due now; with `dry`, counted only.
    package func run(at now: Instant, dry: Bool = false) async throws(Trouble) -> Sum {
        let store = erasing.store
        var sum = Sum()
        // A ticket that somebody bent holds up no other.
        var bent: Trouble?
        for part in ErasurePart.allCases {
            let since = now - retention[part]
            var after: Int64 = 0
            while true {
                let due = try await store.silent(since: since, part: part, after: after, limit: Self.batch)
                guard let last = due.last else { break }
                for ticket in due {
                    if !dry {
                        let done: Erasing.Result
                        do throws(Trouble) {
                            done = try await erasing.erase(
                                [part], of: ticket, at: now, by: "intake",
                                reason: "retention.\(part.rawValue): \(text(of: retention[part]))")
                        } catch {
                            guard error.kind == .needsPerson else { throw error }
                            bent = error
                            continue
                        }
                        if done == .nothing { try await store.noteErased(part, of: ticket, at: now) }
                        guard case .done = done else { continue }
                    }
                    sum.tickets[part, default: 0] += 1
                }
                after = last
                await rest()
            }
        }
        sum.originals = try await parcels(before: now - retention.originals, dry)
        sum.quarantined = try await rows(dry) { limit throws(Trouble) in
            try await store.eraseQuarantined(before: now - retention.quarantine, at: now, limit: limit)
        }
        sum.accesses = try await rows(dry) { limit throws(Trouble) in
            try await store.forgetAccesses(before: now - retention.accessLog, limit: limit, keys: erasing.keys)
        }
        if !dry { sum.files = try await erasing.clear() }
        if let bent { throw bent }
        return sum
    }

    private func parcels(before: Instant, _ dry: Bool) async throws(Trouble) -> Int {
        var (count, after): (Int, Int64) = (0, 0)
        while true {
            let due = try await erasing.store.originals(before: before, after: after, limit: Self.batch)
            guard let last = due.last else { return count }
            if !dry { try await erasing.store.eraseOriginals(due) }
            count += due.count
            after = last
            await rest()
        }
    }

    private func rows(_ dry: Bool, _ erase: (Int) async throws(Trouble) -> Int) async throws(Trouble) -> Int {
        if dry { return 0 }
        var count = 0
        while true {
            let gone = try await erase(Self.batch)
            count += gone
            if gone < Self.batch { return count }
            await rest()
        }
    }
}
