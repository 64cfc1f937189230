/// Every move a ticket can make, who may make it, and what it starts. The one place that says so; a test walks all of
/// it.
package enum Lifecycle {
    package enum Actor: String, Sendable, CaseIterable {
        /// The daemon itself, following the lead's assignment or a clock.
        case intake
        case `operator`
        case department
        case citizen
    }
    /// What follows a move, beside the entry that every move writes.
    package enum Start: Sendable, Equatable {
        case nothing
        /// The citizen is told on the channel of origin.
        case tellCitizen
        /// The citizen is asked whether it was solved.
        case callBack
        /// Round n+1 begins; old answers stay.
        case newRound
    }
    package struct Move: Sendable, Equatable {
        package var from: Ticket.State
        package var to: Ticket.State
        package var by: Set<Actor>
        package var starts: Start
    }

    /// Ends: nothing but a reopening leaves them.
    package static let ends: Set<Ticket.State> = [.closed, .notAccepted, .withdrawn, .merged, .transferredEmergency]

    package static let moves: [Move] = {
        var moves: [Move] = []
        func move(_ from: [Ticket.State], _ to: Ticket.State, _ by: Set<Actor>, _ starts: Start = .nothing) {
            for state in from where state != to { moves.append(Move(from: state, to: to, by: by, starts: starts)) }
        }
        // From needs-info where the words that came are enough for a rule.
        move([.received, .needsInfo], .accepted, [.intake, .operator], .tellCitizen)
        move([.received, .accepted], .needsInfo, [.operator], .tellCitizen)
        move([.needsInfo], .received, [.intake, .operator, .citizen])
        // Decided anew, and no rule is sure of it any more.
        move([.accepted], .received, [.intake])
        // In-hand and answered follow from the lead's assignment.
        move([.accepted, .answered], .inHand, [.intake, .department])
        move([.inHand], .accepted, [.intake, .operator])
        // About half of all calls are answered at once.
        move([.received], .answered, [.operator], .tellCitizen)
        move([.accepted, .inHand], .answered, [.intake, .operator, .department], .tellCitizen)
        move([.answered], .callBack, [.intake, .operator], .callBack)
        move([.answered, .callBack], .closed, [.intake, .operator])
        // Closed is not fixed: the citizen can say so.
        move([.answered, .callBack, .closed], .accepted, [.operator, .citizen], .newRound)
        move([.notAccepted, .withdrawn], .received, [.operator], .newRound)
        let open: [Ticket.State] = [.received, .needsInfo, .accepted, .inHand]
        move([.received, .needsInfo, .accepted], .notAccepted, [.operator], .tellCitizen)
        // By us when its words are erased because nothing happened with it for years.
        move(open + [.answered, .callBack], .withdrawn, [.citizen, .operator, .intake], .tellCitizen)
        move(open, .merged, [.operator], .tellCitizen)
        move(open, .transferredEmergency, [.operator], .tellCitizen)
        return moves
    }()

    /// What a move starts, or lasting trouble if the table does not hold it for this actor.
    package static func start(
        from: Ticket.State, to: Ticket.State, by actor: Actor
    ) throws(Trouble) -> Start {
        let known = moves.filter { $0.from == from && $0.to == to }
        if known.isEmpty {
            throw .lasting(
                "工单不能从 \(from.rawValue) 变为 \(to.rawValue)", "a ticket cannot go from \(from.rawValue) to \(to.rawValue)"
            )
        }
        guard let move = known.first(where: { $0.by.contains(actor) }) else {
            throw .lasting(
                "\(actor.rawValue) 不得把工单从 \(from.rawValue) 变为 \(to.rawValue)",
                "\(actor.rawValue) may not move a ticket from \(from.rawValue) to \(to.rawValue)")
        }
        return move.starts
    }
}
