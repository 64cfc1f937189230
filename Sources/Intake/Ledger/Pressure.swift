/// How hard the inbox is pressed just now.
package struct Pressure: Sendable, Equatable {
    /// Why a sender was told to come back.
    package enum Cause: String, Sendable, CaseIterable {
        /// The gateway is stopping.
        case stopping
        /// The free-space floor.
        case shut
        /// As many parcels wait as may.
        case parcels
        /// As many bytes wait as may.
        case bytes
        /// What waits already will take the ledger longer than a sender would wait.
        case slow
        /// Requests under way hold as many bytes as they may.
        case bodies
        /// As many requests are being worked on as may.
        case crowd

        /// Whether it comes from more being sent than can be kept.
        var isPress: Bool { self != .stopping && self != .shut }
    }
    /// One channel and one cause.
    package struct Refused: Sendable, Hashable {
        package var channel: String
        package var cause: Cause
        package init(channel: String, cause: Cause) {
            self.channel = channel
            self.cause = cause
        }
    }

    /// Parcels that wait for their commit to begin, by channel.
    package var waiting: [String: Int] = [:]
    /// Bytes of all parcels not yet answered.
    package var bytes = 0
    /// How long a parcel that comes now will wait, as commits go just now.
    package var forecast = Duration.zero
    /// Senders told to come back, since the start.
    package var refused: [Refused: Int] = [:]
    /// More is sent than can be kept: somebody was refused for it within the last ten seconds, or a quarter of the room
    /// (half of the bytes) is taken, or a parcel that comes now will wait for more than a second.
    package var isStressed = false

    package init() {}
}

extension KeptParcel {
    /// Bytes it takes in memory while it waits, nearly: what is sealed, and something for the rest.
    package var weight: Int {
        var sum = 512 + envelope.bytes.count
        if case .sealed(let sealed) = body { sum += sealed.bytes.count }
        for arrival in arrivals {
            sum += 256
            guard case .ticket(let ticket) = arrival.content else { continue }
            sum += ticket.entry.payload.bytes.count
            for contact in ticket.contacts { sum += 128 + contact.sealed.bytes.count }
        }
        return sum
    }
}
