import Intake
import Testing

@testable import Gateway

/// The rules of a circuit, on a clock of the test.
@Suite("What is known of a destination")
struct CircuitTests {
    private static func at(_ seconds: Int64) -> Instant { Instant(seconds: 1_795_219_200 + seconds) }

    private func fail(
        _ circuit: inout Circuit, at second: Int64, asked: Duration? = nil
    ) -> Circuit.News? {
        let now = Self.at(second)
        return circuit.take(.failed(asked: asked), began: now, at: now, chance: 0.5)
    }

    private func answer(_ circuit: inout Circuit, at second: Int64) -> Circuit.News? {
        circuit.take(.answered, began: Self.at(second), at: Self.at(second))
    }

    /// Opened by four tries at second 0, to be tried at second 5.
    private var open: Circuit {
        var circuit = Circuit()
        for _ in 1...4 { _ = fail(&circuit, at: 0) }
        return circuit
    }

    @Test("Answers bring one more call at once each round, up to the most")
    func grows() {
        var circuit = Circuit()
        #expect(circuit.calls(at: Self.at(0)) == Circuit.first)
        for _ in 0..<5 { #expect(answer(&circuit, at: 0) == nil) }
        #expect(circuit.calls(at: Self.at(0)) == Circuit.first + 1)
        for _ in 0..<1000 { _ = answer(&circuit, at: 1) }
        #expect(circuit.calls(at: Self.at(1)) == Circuit.most)
    }

    @Test("Trouble halves the calls once for all that were under way together, and never below one")
    func shrinks() {
        var circuit = Circuit()
        for _ in 0..<1000 { _ = answer(&circuit, at: 0) }
        for call in 1...3 {
            _ = circuit.take(.failed(asked: nil), began: Self.at(1), at: Self.at(10 + Int64(call)))
        }
        #expect(circuit.calls(at: Self.at(20)) == Circuit.most / 2)
        _ = answer(&circuit, at: 20)
        for second in 20..<40 as Range<Int64> {
            for call in 1..<Circuit.strikes { _ = fail(&circuit, at: second * 10 + Int64(call)) }
            #expect(circuit.calls(at: Self.at(second * 10 + 9)) >= 1)
            if second < 39 { _ = answer(&circuit, at: second * 10 + 9) }
        }
        #expect(circuit.calls(at: Self.at(400)) == 1)
    }

    @Test("It opens when tries fail one after another, and says so once")
    func opens() {
        var circuit = Circuit()
        for _ in 1...3 { #expect(fail(&circuit, at: 0) == nil) }
        #expect(fail(&circuit, at: 0) == .opened)
        #expect(fail(&circuit, at: 0) == nil)
        #expect(circuit.isOpen && circuit.calls(at: Self.at(4)) == 0)
        #expect(circuit.calls(at: Self.at(5)) == 1)
    }

    @Test("A single order that waits for a dead destination opens it too, within its first four tries")
    func oneOrder() {
        var circuit = Circuit()
        var (second, told): (Int64, [Circuit.News?]) = (0, [])
        for pause in [5, 15, 45, 135] as [Int64] {
            told.append(fail(&circuit, at: second))
            second += pause
        }
        #expect(told == [nil, nil, nil, .opened])
    }

    @Test("Trouble between answers opens nothing")
    func between() {
        var circuit = Circuit()
        for _ in 0..<50 {
            for _ in 1..<Circuit.strikes { #expect(fail(&circuit, at: 60) == nil) }
            #expect(answer(&circuit, at: 60) == nil)
        }
        #expect(!circuit.isOpen)
    }

    @Test("While it is open one order is tried after each pause, and the pauses grow to a quarter of an hour")
    func probes() {
        var circuit = open
        var (second, pauses): (Int64, [Int64]) = (5, [])
        for _ in 0..<10 {
            #expect(circuit.calls(at: Self.at(second)) == 1)
            #expect(fail(&circuit, at: second) == nil)
            let until = circuit.until.map { ($0 - Self.at(second)).components.seconds } ?? 0
            #expect(circuit.calls(at: Self.at(second)) == 0)
            #expect(circuit.calls(at: Self.at(second + until - 1)) == 0)
            pauses.append(until)
            second += until
        }
        #expect(pauses.prefix(5) == [15, 45, 135, 405, 900] && pauses.last == 900)
    }

    @Test("The first that is answered closes it; calls then grow from one")
    func closes() {
        var circuit = open
        #expect(answer(&circuit, at: 5) == .closed)
        #expect(!circuit.isOpen && circuit.calls(at: Self.at(5)) == 1)
        #expect(answer(&circuit, at: 6) == nil)
        #expect(circuit.calls(at: Self.at(6)) == 2)
    }

    @Test("A wait that is asked for holds for all that goes there, open or not")
    func retryAfter() {
        var circuit = Circuit()
        #expect(fail(&circuit, at: 0, asked: .seconds(60)) == nil)
        #expect(!circuit.isOpen && circuit.calls(at: Self.at(59)) == 0 && circuit.calls(at: Self.at(60)) > 0)
        // Answers of calls that were made before are no permission.
        _ = answer(&circuit, at: 1)
        #expect(circuit.calls(at: Self.at(59)) == 0)
        var shut = open
        _ = fail(&shut, at: 5, asked: .seconds(600))
        #expect(shut.calls(at: Self.at(604)) == 0 && shut.calls(at: Self.at(605)) == 1)
    }

    @Test("Who asks for more than a quarter of an hour is shown at once, and tried one by one after each of these")
    func longWait() {
        var circuit = Circuit()
        #expect(fail(&circuit, at: 0, asked: .seconds(86_400)) == .opened)
        #expect(fail(&circuit, at: 0, asked: .seconds(86_400)) == nil)
        for round in 1...20 as ClosedRange<Int64> {
            let second = round * 900
            #expect(circuit.isOpen && circuit.calls(at: Self.at(second - 1)) == 0)
            #expect(circuit.calls(at: Self.at(second)) == 1)
            #expect(fail(&circuit, at: second, asked: .seconds(86_400)) == nil)
        }
        #expect(answer(&circuit, at: 18_900) == .closed)
        #expect(circuit.calls(at: Self.at(18_900)) == 1)
    }

    @Test("A refused log-in opens it at once")
    func refused() {
        var circuit = Circuit()
        let now = Self.at(0)
        #expect(circuit.take(.refusedLogin, began: now, at: now) == .opened)
        #expect(circuit.take(.refusedLogin, began: now, at: now) == nil)
        #expect(circuit.calls(at: now) == 0)
    }
}
