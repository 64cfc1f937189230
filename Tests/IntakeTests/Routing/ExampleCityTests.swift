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
