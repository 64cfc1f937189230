extension Keys {
    /// Begins a new generation on a ledger that nobody else has open, kept when this returns.
    ///
    /// - Parameter first: the number of the next ticket; nil: numbers simply go on.
    package func begin(on store: any Store, from first: Int64? = nil) async throws(Trouble) -> Generation {
        let last = try await store.latest(before: nil, limit: 1).first?.number.id ?? 0
        let generation = Generation(
            from: first ?? last + 1, lastTicket: last, lastDelivery: try await store.lastDelivery(),
            lastCheckpoint: try await store.lastCheckpoint()?.id ?? 0)
        try await store.keep(root: try restored(generation).sealedRoot(), numberingFrom: generation.ticket)
        return generation
    }
}
