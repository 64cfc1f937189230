import Testing

@testable import Intake

@Suite("Classifying") struct ClassifierTests {
    func classify(_ text: String, chosen: String? = nil, _ changes: [String: String] = [:]) throws -> Classified {
        try SmallCity.load(changes).classify(chosen: chosen, text: text)
    }

    @Test("the words lead down the tree, and the reason names them")
    func words() throws {
        let found = try classify("门口路灯不亮")
        #expect(found.category == "lights")
        #expect(found.score == 10)
        #expect(found.reason.zh.contains("路灯 +8, 不亮 +2"))
    }

    @Test("each word counts once however often it stands there")
    func once() throws { #expect(try classify("路灯路灯路灯").score == 8) }

    @Test("a negative weight speaks against a category")
    func negative() throws {
        #expect(try classify("学校门口").category == "school")
        let found = try classify("学校门口的路灯")
        #expect(found.category == "lights")
        #expect(found.runnerUp == nil)
    }

    @Test("without words, with too few points or without a lead it is unsure and says why")
    func unsure() throws {
        let nothing = try classify("请回电")
        #expect(nothing.category == nil)
        #expect(nothing.reason.zh == "没有找到任何类别的关键词")
        let little = try classify("灯不亮")
        #expect(little.category == nil)
        #expect(little.score == 2)
        let even = """
            categories:
              - { code: a1, name: 甲, english: A, words: { 路灯: 5 } }
              - { code: b1, name: 乙, english: B, words: { 学校: 5 } }
            """
        let tie = try SmallCity.load(["categories.yaml": even, "catalogue.yaml": "rules: [{ name: x, lead: triage }]"])
            .classify(chosen: nil, text: "学校路灯")
        #expect(tie.category == nil)
        #expect(tie.runnerUp != nil)
        #expect(tie.reason.en.contains("do not decide"))
    }

    @Test("where the kinds below do not differ enough the category above is the answer")
    func above() throws { #expect(try classify("路灯下摆摊").category == "city") }

    @Test("a chosen category stands; one with kinds below it is refined")
    func chosen() throws {
        #expect(try classify("路灯", chosen: "school").category == "school")
        #expect(try classify("路灯", chosen: "city").category == "lights")
        #expect(try classify("请回电", chosen: "city").category == "city")
        #expect(try classify("路灯", chosen: "nonsense").category == "lights")
    }

    @Test("the words of a place's name do not count")
    func names() throws {
        #expect(try classify("幼儿园旁边").category == "school")
        #expect(try classify("湖滨幼儿园旁边的路灯").category == "lights")
        #expect(try classify("湖滨幼儿园").category == nil)
    }

    @Test("weights of keywords.yaml stand in for those of the tree")
    func weights() throws {
        let city = try SmallCity.load(["keywords.yaml": "school: { 学校: 1, 校长: 9 }\ncity: { 路灯: 2 }"])
        #expect(city.classify(chosen: nil, text: "学校").category == nil)
        #expect(city.classify(chosen: nil, text: "校长").category == "school")
        #expect(city.classify(chosen: nil, text: "路灯").category == nil)
        #expect(SmallCity.complaints(["keywords.yaml": "scool: { 学校: 1 }"]).map(\.suggestion) == ["school"])
    }
}
