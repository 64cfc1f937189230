import Testing

@testable import Intake

@Suite("The catalogue") struct CatalogueTests {
    func facts(
        area: String? = nil, category: String? = nil, kind: Kind? = nil, channel: String = "web", text: String = "",
        at: Instant = SmallCity.at("2026-03-02", "10:00"), confidential: Bool = false, urgent: Bool = false
    ) -> Facts {
        Facts(
            area: area, category: category, kind: kind, channel: channel, text: text, at: at,
            confidential: confidential, urgent: urgent)
    }

    /// The rule that decides in a catalogue of these conditions and a last rule.
    func decides(_ when: String, _ facts: Facts) throws -> Bool {
        let catalogue = "rules:\n  - { name: 试, when: \(when), lead: city-order }\n  - { name: 末, lead: triage }"
        return try SmallCity.load(["catalogue.yaml": catalogue]).route(facts).rule == "试"
    }

    @Test("the first rule whose conditions all hold decides, and names who leads and who helps")
    func first() throws {
        let city = try SmallCity.load()
        let decision = city.route(facts(area: "taobei", category: "lights"))
        #expect(decision.rule == "城市")
        #expect(decision.lead == "city-order")
        #expect(decision.coHandlers == ["taoyuan-office"])
        #expect(decision.version == city.version)
        #expect(decision.reason.zh.contains("类别要求 城市，实为 城市 / 路灯"))
        #expect(city.route(facts(category: "school")).lead == "triage")
    }

    @Test("a local lead is the street's office, else the district's; without an area the next rule decides")
    func local() throws {
        let city = try SmallCity.load()
        let street = city.route(facts(area: "taobei", category: "vending"))
        #expect(street.lead == "taoyuan-office")
        #expect(street.coHandlers == ["city-order", "east-office"])
        let district = city.route(facts(area: "lakeside", category: "vending"))
        #expect(district.lead == "east-office")
        #expect(district.coHandlers == ["city-order"])
        #expect(city.route(facts(area: "hill", category: "vending")).rule == "城市")
        #expect(city.route(facts(category: "vending")).rule == "城市")
    }

    @Test("limits are the rule's, else the category's, else the city's")
    func limits() throws {
        let city = try SmallCity.load()
        #expect(
            city.route(facts(category: "lights")).limits == Limits(sign: .workingHours(4), resolve: .naturalDays(3)))
        #expect(
            city.route(facts(category: "school")).limits == Limits(sign: .workingHours(4), resolve: .workingDays(5)))
        let own = """
            rules:
              - { name: 快, when: { category: lights }, lead: triage, limits: { sign: 1h, contact: 2h } }
              - { name: 末, lead: triage }
            """
        let decision = try SmallCity.load(["catalogue.yaml": own]).route(facts(category: "lights"))
        #expect(decision.limits == Limits(sign: .hours(1), contact: .hours(2), resolve: .naturalDays(3)))
    }

    @Test("every condition holds for any of what it lists")
    func conditions() throws {
        #expect(try decides("{ area: east }", facts(area: "taobei")))
        #expect(try !decides("{ area: taobei }", facts(area: "east")))
        #expect(try !decides("{ area: east }", facts()))
        #expect(try decides("{ category: [school, city] }", facts(category: "lights")))
        #expect(try decides("{ kind: [praise, report] }", facts(kind: .report)))
        #expect(try !decides("{ kind: report }", facts()))
        #expect(try decides("{ channel: [wechat, web] }", facts()))
        #expect(try decides("{ words: [停水, 停电] }", facts(text: "又停電了")))
        #expect(try !decides("{ words: [停水], without: [演练] }", facts(text: "停水演练")))
        #expect(try decides("{ confidential: true }", facts(confidential: true)))
        #expect(try !decides("{ confidential: false }", facts(confidential: true)))
        #expect(try decides("{ urgent: true }", facts(urgent: true)))
        #expect(try decides("{ urgent: true }", facts(category: "vending")))
        #expect(try !decides("{ area: east, kind: report }", facts(area: "east", kind: .help)))
    }

    @Test(
        "times are those of the city's clock and calendar",
        arguments: [
            ("office-hours", "2026-03-02", "09:00", true), ("office-hours", "2026-03-02", "12:00", false),
            ("closed", "2026-03-02", "12:30", true), ("office-hours", "2026-10-01", "10:00", false),
            ("day-off", "2026-10-01", "10:00", true), ("working-day", "2026-10-10", "22:00", true),
            ("day-off", "2026-03-01", "10:00", true), ("22:00-06:00", "2026-03-02", "23:59", true),
            ("22:00-06:00", "2026-03-02", "05:59", true), ("22:00-06:00", "2026-03-02", "06:00", false),
            ("08:00-09:00", "2026-03-02", "08:30", true),
        ])
    func times(time: String, day: String, clock: String, holds: Bool) throws {
        #expect(try decides("{ time: [\"\(time)\"] }", facts(at: SmallCity.at(day, clock))) == holds)
    }

    @Test("explaining tries every rule and says in both languages why it matched or did not")
    func explain() throws {
        let trials = try SmallCity.load().explain(facts(category: "lights"))
        #expect(trials.map(\.rule) == ["摆摊", "城市", "分拨"])
        #expect(trials.map(\.matched) == [false, true, true])
        #expect(trials.map(\.decides) == [false, true, false])
        #expect(trials[0].why.zh == "类别要求 摆摊，实为 城市 / 路灯")
        #expect(trials[0].why.en == "category wants Vending, found City / Lights")
        #expect(trials[2].why.en == "no conditions, always matches")
        let local = try SmallCity.load().explain(facts(category: "vending"))
        #expect(local[0].why.en == "the area is unknown or has no local office")
        #expect(trials[0].line == 2)
    }

    @Test("unknown codes are complaints with line and suggestion")
    func unknown() {
        let found = SmallCity.complaints(
            [
                "catalogue.yaml": """
                rules:
                  - name: 一
                    when: { area: [eest], category: [light], kind: [complain], channel: [wb], time: [ofice-hours] }
                    lead: city-oder
                    with: [locl, local]
                  - { name: 末, lead: triage }
                """
            ], channels: ["web"])
        #expect(found.map(\.line) == [3, 3, 3, 3, 3, 4, 5])
        #expect(
            Set(found.map { "\($0.path)=\($0.suggestion ?? "-")" }) == [
                "rules[0].when.area[0]=east", "rules[0].when.category[0]=lights", "rules[0].when.kind[0]=complaint",
                "rules[0].when.channel[0]=web", "rules[0].when.time[0]=-", "rules[0].lead[0]=city-order",
                "rules[0].with[0]=local",
            ])
    }

    @Test("a catalogue ends in a rule that matches everything, with a fixed lead")
    func last() {
        for rules in [
            "rules: []", "", "rules: [{ name: 一, when: { area: east }, lead: triage }]",
            "rules: [{ name: 一, lead: local }]",
        ] {
            #expect(SmallCity.complaints(["catalogue.yaml": rules]).map(\.path) == ["rules"], "\(rules)")
        }
    }

    @Test("a rule an earlier one always forestalls is warned about")
    func unreachable() throws {
        let city = try SmallCity.load([
            "catalogue.yaml": """
            rules:
              - { name: 甲, when: { category: city }, lead: local }
              - { name: 乙, when: { category: city, words: [路灯] }, lead: triage }
              - { name: 丙, when: { category: lights, words: [路灯] }, lead: city-order }
              - { name: 丁, when: { category: lights, time: [closed] }, lead: city-order }
              - { name: 戊, when: { category: [lights, vending], area: east }, lead: triage }
              - { name: 己, when: { category: vending, area: [taobei, lakeside], kind: help }, lead: city-order }
              - { name: 末, lead: triage }
            """
        ])
        #expect(city.warnings.map(\.line) == [4, 7])
        #expect(city.warnings.allSatisfy { $0.file == "catalogue.yaml" })
    }
}
