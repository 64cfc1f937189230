import Testing

@testable import Intake

@Suite("Locating") struct LocatorTests {
    func locate(_ place: Place = Place(), _ text: String = "", _ changes: [String: String] = [:]) throws -> Located {
        try SmallCity.load(changes).locate(place, text: text)
    }

    @Test("the area chosen by the sender counts, and words within it make it more exact")
    func choice() throws {
        #expect(try locate(Place(area: "west")).area == "west")
        let refined = try locate(Place(area: "east"), "桃源北路的路灯")
        #expect(refined.area == "taobei")
        #expect(refined.how == .choice)
        #expect(try locate(Place(area: "west"), "桃源北路的路灯").area == "west")
        let unknown = try locate(Place(area: "nowhere"), "湖滨街道")
        #expect(unknown.area == "lakeside")
        #expect(unknown.reason.en.contains("nowhere is unknown"))
    }

    @Test("the longest name counts")
    func longest() throws {
        #expect(try locate(Place(text: "桃源北路5号")).area == "taobei")
        #expect(try locate(Place(text: "桃源5号")).area == "taoyuan")
    }

    @Test("a name two areas share is unsure, unless a district beside it decides")
    func ambiguous() throws {
        let unsure = try locate(Place(text: "新华社区"))
        #expect(unsure.area == nil)
        #expect(unsure.how == .none)
        #expect(unsure.reason.zh.contains("新华社区"))
        #expect(try locate(Place(text: "西区新华社区")).area == "xinhua-west")
        #expect(try locate(Place(text: "新华社区"), "我们东区的路灯").area == "xinhua-east")
        #expect(try locate(Place(), "新华社区在山前街道").area == "xinhua-west")
    }

    @Test("names that do not agree give the area they share, or none")
    func disagreeing() throws {
        #expect(try locate(Place(), "桃源北路和湖滨街道都停水").area == "east")
        #expect(try locate(Place(), "从桃源北路到山前街道").area == nil)
    }

    @Test("the text of the place goes before the text of the report")
    func placeFirst() throws {
        #expect(try locate(Place(text: "山前街道"), "我住在桃源北路").area == "hill")
        #expect(try locate(Place(text: "东区"), "就是桃源北路").area == "taobei")
    }

    @Test("traditional, full-width and wrapped names are found")
    func spelling() throws {
        #expect(try locate(Place(), "桃 源\n北路").area == "taobei")
        #expect(try locate(Place(), "湖濱街道").area == "lakeside")
        #expect(try locate(Place(), "near LAKESIDE street").area == "lakeside")
    }

    static let squares = """
        {"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{"code":"east"},"geometry":{"type":"Polygon","coordinates":
        [[[116,39],[117,39],[117,40],[116,40],[116,39]],[[116.4,39.4],[116.6,39.4],[116.6,39.6],[116.4,39.6],[116.4,39.4]]]}},
        {"type":"Feature","properties":{"code":"west"},"geometry":{"type":"MultiPolygon","coordinates":
        [[[[115,39],[116,39],[116,40],[115,40],[115,39]]],[[[116.4,39.4],[116.6,39.4],[116.6,39.6],[116.4,39.6],[116.4,39.4]]]]}},
        {"type":"Feature","properties":{"code":"taoyuan"},"geometry":{"type":"Polygon","coordinates":
        [[[116,39],[116.3,39],[116.3,40],[116,40],[116,39]]]}}]}
        """

    @Test(
        "coordinates find the deepest area, with holes and areas of several parts",
        arguments: [
            (39.5, 116.5, "west"), (39.5, 116.35, "east"), (39.5, 116.2, "taoyuan"), (39.5, 115.5, "west"),
            (39.5, 116.0, "taoyuan"), (39.0, 115.5, "west"),
        ])
    func coordinates(latitude: Double, longitude: Double, area: String) throws {
        let point = Point(latitude: latitude, longitude: longitude, datum: .wgs84)
        let located = try locate(Place(point: point), "", ["areas.geojson": Self.squares])
        #expect(located.area == area)
        #expect(located.how == .coordinates)
    }

    @Test("coordinates outside the city say so, and names are looked for")
    func outside() throws {
        let point = Point(latitude: 10, longitude: 10, datum: .wgs84)
        let located = try locate(Place(point: point), "湖滨街道", ["areas.geojson": Self.squares])
        #expect(located.area == "lakeside")
        #expect(located.reason.en.contains("no known area"))
    }

    @Test("coordinates that contradict the choice do not overrule it")
    func contradiction() throws {
        let point = Point(latitude: 39.5, longitude: 115.5, datum: .wgs84)
        let located = try locate(Place(area: "east", point: point), "", ["areas.geojson": Self.squares])
        #expect(located.area == "east")
        #expect(located.reason.en.contains("though the coordinates lie in West District"))
        let deeper = try locate(Place(area: "taoyuan", point: Point(latitude: 39.5, longitude: 116.35, datum: .wgs84)))
        #expect(deeper.area == "taoyuan")
    }

    @Test("GCJ-02 is converted before it is looked up")
    func datum() throws {
        // Half a kilometre east of the border in GCJ-02 is still west of it in WGS-84.
        let west = Point(latitude: 39.5, longitude: 116.303, datum: .gcj02)
        let located = try locate(Place(point: west), "", ["areas.geojson": Self.squares])
        #expect(located.area == "taoyuan")
        let same = try locate(
            Place(point: Point(latitude: 39.5, longitude: 116.303, datum: .wgs84)), "", ["areas.geojson": Self.squares])
        #expect(same.area == "east")
    }
}
