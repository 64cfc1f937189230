/// The automaton of a `WordFinder`. Scalars are mapped to small classes; the edges of a state are sorted by class and
/// searched by halves, those of the root stand in a table, because a scan is mostly there.
struct Automaton: Sendable {
    private var classes = [UInt16](repeating: 0, count: 1 << 16)
    private var firstEdge: [Int32] = []
    private var edgeClass: [UInt16] = []
    private var edgeTarget: [Int32] = []
    private var rootTarget: [Int32] = []
    private var failure: [Int32] = []
    /// The word that ends in a state, or -1; and the next state up the failures in which a word ends, or -1.
    private var output: [Int32] = []
    private var nextOutput: [Int32] = []

    /// Words as scalars; those with a scalar beyond the basic plane are found by its class 0, that is never.
    init(_ words: [[UInt32]]) {
        var children: [[UInt16: Int32]] = [[:]]
        output = [-1]
        var classCount: UInt16 = 1
        for (number, word) in words.enumerated() where word.allSatisfy({ $0 < 1 << 16 }) {
            var state = 0
            for scalar in word {
                if classes[Int(scalar)] == 0 {
                    classes[Int(scalar)] = classCount
                    classCount += 1
                }
                if let next = children[state][classes[Int(scalar)]] {
                    state = Int(next)
                } else {
                    children[state][classes[Int(scalar)]] = Int32(children.count)
                    state = children.count
                    children.append([:])
                    output.append(-1)
                }
            }
            output[state] = Int32(number)
        }
        layOut(children, classCount: Int(classCount))
        linkFailures(children)
    }

    private mutating func layOut(_ children: [[UInt16: Int32]], classCount: Int) {
        for edges in children {
            firstEdge.append(Int32(edgeClass.count))
            for (cls, target) in edges.sorted(by: { $0.key < $1.key }) {
                edgeClass.append(cls)
                edgeTarget.append(target)
            }
        }
        firstEdge.append(Int32(edgeClass.count))
        rootTarget = [Int32](repeating: 0, count: classCount)
        for (cls, target) in children[0] { rootTarget[Int(cls)] = target }
    }

    private mutating func linkFailures(_ children: [[UInt16: Int32]]) {
        failure = [Int32](repeating: 0, count: children.count)
        nextOutput = [Int32](repeating: -1, count: children.count)
        var queue = children[0].values.map { Int($0) }
        var head = 0
        while head < queue.count {
            let state = queue[head]
            head += 1
            let fallback = Int(failure[state])
            nextOutput[state] = output[fallback] >= 0 ? Int32(fallback) : nextOutput[fallback]
            for (cls, target) in children[state] {
                failure[Int(target)] = Int32(next(fallback, cls))
                queue.append(Int(target))
            }
        }
    }

    private func next(_ from: Int, _ cls: UInt16) -> Int {
        var state = from
        while state != 0 {
            var low = Int(firstEdge[state])
            var high = Int(firstEdge[state + 1])
            while low < high {
                let middle = (low + high) / 2
                if edgeClass[middle] < cls { low = middle + 1 } else { high = middle }
            }
            if low < Int(firstEdge[state + 1]), edgeClass[low] == cls { return Int(edgeTarget[low]) }
            state = Int(failure[state])
        }
        return Int(rootTarget[Int(cls)])
    }

    /// Calls `found` with each word and the index behind its last scalar.
    func scan(_ scalars: [UInt32], _ found: (_ word: Int, _ end: Int) -> Void) {
        var state = 0
        for (index, scalar) in scalars.enumerated() {
            let cls = scalar < 1 << 16 ? classes[Int(scalar)] : 0
            if cls == 0 {
                state = 0
                continue
            }
            state = next(state, cls)
            var ending = output[state] >= 0 ? Int32(state) : nextOutput[state]
            while ending >= 0 {
                found(Int(output[Int(ending)]), index + 1)
                ending = nextOutput[Int(ending)]
            }
        }
    }
}
