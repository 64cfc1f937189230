import Foundation

/// One JSON object, opened only as far as a reader asks: products write the same field as number or string, add fields
/// and leave some out, and none of that may cost the call its words.
struct JSONObject {
    struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
    private let fields: KeyedDecodingContainer<Key>

    /// Nil if the value at hand is not an object.
    init?(_ decoder: any Decoder) {
        guard let fields = try? decoder.container(keyedBy: Key.self) else { return nil }
        self.fields = fields
    }
    fileprivate init(_ fields: KeyedDecodingContainer<Key>) { self.fields = fields }

    func has(_ name: String) -> Bool { fields.contains(Key(name)) }

    /// Its keys that are `name` (lower case) in whatever letter case.
    func spellings(of name: String) -> [String] {
        fields.allKeys.map(\.stringValue).filter { $0 == name || $0.lowercased() == name }
    }

    /// Whether the field is there and null.
    func isNull(_ name: String) -> Bool { (try? fields.decodeNil(forKey: Key(name))) ?? false }

    /// A string, or a number or truth value as it would be written.
    func text(_ name: String) -> String? {
        let key = Key(name)
        guard fields.contains(key) else { return nil }
        if let text = try? fields.decode(String.self, forKey: key) { return text }
        if let number = try? fields.decode(Int64.self, forKey: key) { return String(number) }
        if let number = try? fields.decode(Double.self, forKey: key) { return String(number) }
        if let truth = try? fields.decode(Bool.self, forKey: key) { return String(truth) }
        return nil
    }

    /// A number, or a string that holds one.
    func number(_ name: String) -> Double? {
        let key = Key(name)
        guard fields.contains(key) else { return nil }
        if let number = try? fields.decode(Double.self, forKey: key) { return number }
        return (try? fields.decode(String.self, forKey: key)).flatMap { Double($0) }
    }

    /// The strings of an array of them; empty for anything else.
    func strings(_ name: String) -> [String] { (try? fields.decode([String].self, forKey: Key(name))) ?? [] }

    func object(_ name: String) -> JSONObject? {
        (try? fields.nestedContainer(keyedBy: Key.self, forKey: Key(name))).map(JSONObject.init)
    }

    /// Nil if there is no such field or it is not an array.
    func list(_ name: String) -> JSONList? {
        (try? fields.nestedUnkeyedContainer(forKey: Key(name))).map(JSONList.init)
    }
}

/// The objects of one JSON array, one at a time; elements that are not objects are passed over.
struct JSONList: Sequence, IteratorProtocol {
    private var elements: any UnkeyedDecodingContainer

    var isEmpty: Bool { elements.isAtEnd }

    /// Nil if the value at hand is not an array.
    init?(_ decoder: any Decoder) {
        guard let elements = try? decoder.unkeyedContainer() else { return nil }
        self.elements = elements
    }
    fileprivate init(_ elements: any UnkeyedDecodingContainer) { self.elements = elements }

    mutating func next() -> JSONObject? {
        while !elements.isAtEnd {
            if let fields = try? elements.nestedContainer(keyedBy: JSONObject.Key.self) { return JSONObject(fields) }
            guard (try? elements.decode(Skipped.self)) != nil else { return nil }
        }
        return nil
    }

    private struct Skipped: Decodable {
        init(from decoder: any Decoder) {}
    }
}
