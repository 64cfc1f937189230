/// Right and wrong ones by class, in the order the classes came, printed as a table with bars.
struct Tally {
    private var order: [String] = []
    private var counts: [String: (right: Int, all: Int)] = [:]

    mutating func add(_ name: String, _ right: Bool) {
        if counts[name] == nil { order.append(name) }
        let old = counts[name] ?? (0, 0)
        counts[name] = (old.right + (right ? 1 : 0), old.all + 1)
    }

    func lines(_ head: String) -> [String] {
        let rows = order.map { ($0, counts[$0] ?? (0, 0)) }
        let all = rows.reduce((right: 0, all: 0)) { ($0.right + $1.1.right, $0.all + $1.1.all) }
        let width = max(head.count, rows.map(\.0.count).max() ?? 0)
        func line(_ name: String, _ count: (right: Int, all: Int)) -> String {
            let share = count.all == 0 ? 0 : Double(count.right) / Double(count.all)
            let number = "\(count.right)/\(count.all)"
            return Scoring.left(name, width) + Scoring.right(number, 10) + Scoring.right(Scoring.percent(share), 10)
                + "  "
                + Scoring.bar(share)
        }
        return [head] + rows.map { line($0.0, $0.1) } + (rows.count > 1 ? [line("all", all)] : [])
    }
}
