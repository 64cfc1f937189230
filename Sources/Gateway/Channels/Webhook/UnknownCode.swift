import Intake

/// A code in a report that the city's data does not hold: routing goes by the words instead.
struct UnknownCode: Sendable, Equatable {
    /// Path inside the item.
    var field: String
    var code: String
    private var wanted: Phrase

    /// Those of a report; none while there is no city.
    static func all(in submission: Submission, _ city: City?) -> [UnknownCode] {
        guard let city else { return [] }
        var found: [UnknownCode] = []
        if let code = submission.category, city.categories[code] == nil {
            let wanted = Phrase(zh: "本市类别代码", en: "the code of a category of this city")
            found.append(UnknownCode(field: "category", code: code, wanted: wanted))
        }
        if let code = submission.place.area, city.areas[code] == nil {
            let wanted = Phrase(zh: "本市区域代码", en: "the code of an area of this city")
            found.append(UnknownCode(field: "place.area", code: code, wanted: wanted))
        }
        return found
    }

    /// For a sender who can mend it.
    var problem: FieldProblem { FieldProblem(field: field, cause: .malformed(wanted)) }

    /// For the operator, where the report is taken all the same.
    var remark: Phrase {
        let shown = Masker.mask(code, cutTo: 60)
        return Phrase(
            zh: "\(field) “\(shown)” 不是\(wanted.zh)，没有采用",
            en: "\(field) \"\(shown)\" is not \(wanted.en) and was not used")
    }
}
