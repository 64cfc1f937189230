import Intake
import Testing

@Suite("The table of moves")
struct LifecycleTests {
    @Test("Every state but the first is reached, and every state but an end is left")
    func connected() {
        for state in Ticket.State.allCases {
            if state != .received { #expect(Lifecycle.moves.contains { $0.to == state }, "\(state) is never reached") }
            if !Lifecycle.ends.contains(state) {
                #expect(Lifecycle.moves.contains { $0.from == state }, "\(state) is a dead end")
            }
        }
    }

    @Test("From every state an end can be reached, so nothing stays open for ever")
    func endsInReach() {
        for start in Ticket.State.allCases {
            var reached: Set<Ticket.State> = [start]
            while true {
                let further = Set(Lifecycle.moves.filter { reached.contains($0.from) }.map(\.to)).union(reached)
                if further == reached { break }
                reached = further
            }
            #expect(!reached.isDisjoint(with: Lifecycle.ends), "\(start)")
        }
    }

    @Test("A move is in the table once, somebody may make it, and only a reopening or an operator leaves an end")
    func sound() {
        var seen: Set<[String]> = []
        for move in Lifecycle.moves {
            #expect(seen.insert([move.from.rawValue, move.to.rawValue]).inserted, "\(move.from) → \(move.to) twice")
            #expect(!move.by.isEmpty)
            if Lifecycle.ends.contains(move.from) { #expect(move.starts == .newRound) }
        }
    }

    @Test("All pairs of states and actors are allowed exactly as the table says")
    func walked() {
        for from in Ticket.State.allCases {
            for to in Ticket.State.allCases {
                for actor in Lifecycle.Actor.allCases {
                    let move = Lifecycle.moves.first { $0.from == from && $0.to == to }
                    let allowed = (try? Lifecycle.start(from: from, to: to, by: actor)) != nil
                    #expect(allowed == (move?.by.contains(actor) ?? false))
                }
            }
        }
    }

    @Test("The one who handles may not close, and half of all calls may be answered at once")
    func separation() throws {
        #expect(throws: Trouble.self) { try Lifecycle.start(from: .answered, to: .closed, by: .department) }
        #expect(try Lifecycle.start(from: .received, to: .answered, by: .operator) == .tellCitizen)
        #expect(try Lifecycle.start(from: .closed, to: .accepted, by: .citizen) == .newRound)
    }
}
