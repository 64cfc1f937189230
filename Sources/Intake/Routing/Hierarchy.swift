/// Something of the city's own data that has a code and a name in both languages.
package protocol Coded: Sendable {
    var code: String { get }
    var name: Phrase { get }
}

/// A tree of coded things in the order of their file, found by code: the categories, the areas.
package struct Hierarchy<Element: Coded>: Sendable {
    /// Every element, each before those below it.
    package private(set) var elements: [Element] = []
    /// Index of the element above, or nil at the top.
    private var parents: [Int?] = []
    private var indices: [String: Int] = [:]

    package init() {}

    /// Adds an element below the one at index `parent`; gives its index, nil if the code is taken.
    mutating func add(_ element: Element, under parent: Int?) -> Int? {
        guard indices[element.code] == nil else { return nil }
        indices[element.code] = elements.count
        elements.append(element)
        parents.append(parent)
        return elements.count - 1
    }

    package subscript(code: String) -> Element? { indices[code].map { elements[$0] } }
    package var codes: [String] { elements.map(\.code) }
    package var isEmpty: Bool { elements.isEmpty }

    /// The elements at the top.
    package var roots: [Element] { elements.indices.filter { parents[$0] == nil }.map { elements[$0] } }

    /// The elements directly below one, in the order of the file; none for an unknown code.
    package func children(of code: String) -> [Element] {
        guard let index = indices[code] else { return [] }
        return childIndices(of: index).map { elements[$0] }
    }

    /// The way from the top down to one, both included; empty for an unknown code.
    package func path(to code: String) -> [Element] {
        guard let index = indices[code] else { return [] }
        return Array(upwards(from: index).reversed()).map { elements[$0] }
    }

    /// The names of `path(to:)` in one language, joined for a reader: 临江区 / 沿河街道.
    package func pathName(of code: String, in language: Language) -> String {
        path(to: code).map { $0.name[language] }.joined(separator: " / ")
    }

    /// Whether the first is the second or stands below it. False for unknown codes.
    package func isWithin(_ code: String, _ ancestor: String) -> Bool {
        guard let index = indices[code], let above = indices[ancestor] else { return false }
        return isWithin(index, above)
    }

    func index(of code: String) -> Int? { indices[code] }
    func parent(of index: Int) -> Int? { parents[index] }
    func childIndices(of index: Int?) -> [Int] { elements.indices.filter { parents[$0] == index } }
    func isWithin(_ index: Int, _ ancestor: Int) -> Bool { upwards(from: index).contains(ancestor) }

    /// One element and those above it, from below.
    func upwards(from index: Int) -> [Int] {
        var way = [index]
        while let last = way.last, let parent = parents[last] { way.append(parent) }
        return way
    }

    /// How many stand above.
    func depth(of index: Int) -> Int { upwards(from: index).count - 1 }

    /// The deepest element that all of these are or stand below; nil if there is none.
    func common(_ several: some Sequence<Int>) -> Int? {
        var shared: [Int]?
        for index in several {
            let way = upwards(from: index)
            shared = shared?.filter(way.contains) ?? way
        }
        return shared?.first
    }
}
