import Intake
import Testing

@Suite("The example city") struct ExampleCityTests {
    @Test("loads without a complaint, and warns only about the provisional holidays of 2027")
    func loads() throws {
        let city = try ExampleCity.city()
        #expect(city.warnings.map(\.path) == ["provisional"])
        #expect(city.version.count == 12)
    }

    @Test("is as large as promised: 25 departments, 150 categories, 6 districts, 30 streets, 90 communities")
    func size() throws {
        let city = try ExampleCity.city()
        #expect(city.departments.list.count >= 25)
        #expect(city.categories.elements.count >= 150)
        for (level, count) in [(Area.Level.district, 6), (.street, 30), (.community, 90)] {
            #expect(city.areas.elements.filter { $0.level == level }.count == count)
        }
        let facts = Facts(channel: "web", text: "", at: Instant(seconds: 0))
        #expect(city.explain(facts).count >= 60)
        #expect(city.checkCases().count >= 40)
    }

    @Test("passes every case beside its catalogue")
    func cases() throws {
        for result in try ExampleCity.city().checkCases() {
            let why = "\(result.settled.located.reason.zh) | \(result.settled.classified.reason.zh)"
            #expect(result.differences == [], "\(result.line) \(result.name): \(why)")
        }
    }

    @Test(
        "tells a danger from its denial, in both languages",
        arguments: [
            ("小区里燃气泄露，快来人", "119"), ("楼道有天然气泄漏的味道", "119"), ("路口车祸有人受伤", "120 122"),
            ("昨晚出了车祸", "122"), ("工地塌方，有人被埋", "119"), ("There is a fire in the kitchen.", "119"),
            ("The house is on fire!", "119"), ("He is not breathing", "120"), ("有人拿刀追人", "110"),
            ("闻到煤气味，老人晕倒了", "119 120"), ("没有着火，只是有点烟味", ""), ("没有发生火灾", ""), ("楼里没有人被困", ""),
            ("撞了一下，没有人受伤", ""), ("There is a fire hydrant leaking", ""), ("There is no fire", ""),
            ("no one is trapped", ""), ("井盖被埋住了", ""), ("贫困人员名单公示了吗", ""), ("随着火车站开通，路更堵了", ""),
            ("商店跳楼价大甩卖噪声", ""), ("没有着火，但是燃气泄漏了", "119"),
        ]) func dangers(_ text: String, _ numbers: String) throws
    {
        let found = try ExampleCity.city().emergency(in: text).map(\.number).joined(separator: " ")
        #expect(found == numbers, "\(text)")
    }

    @Test("names every department, category and area in both languages")
    func names() throws {
        let city = try ExampleCity.city()
        let all: [any Coded] = city.departments.list + city.categories.elements + city.areas.elements
        for one in all {
            #expect(one.name.en != one.name.zh, "\(one.code)")
        }
    }

    @Test("its polygons tile: every point within lies in exactly one community of the street and district around it")
    func tiles() throws {
        let city = try ExampleCity.city()
        var found: Set<String> = []
        for column in 1..<60 {
            for row in 1..<30 {
                let longitude = 118.315 + Double(column) * 0.0075
                let latitude = 30.57 + Double(row) * 0.0067
                let point = try #require(Point(latitude: latitude, longitude: longitude, datum: .wgs84))
                let located = city.locate(Place(point: point), text: "")
                let code = try #require(located.area, "\(latitude), \(longitude)")
                #expect(city.areas[code]?.level == .community)
                found.insert(code)
            }
        }
        #expect(found.count == 90)
    }
}
