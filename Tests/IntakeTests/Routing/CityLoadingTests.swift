import Foundation
import Testing

@testable import Intake

@Suite("Loading a city") struct CityLoadingTests {
    @Test("a missing directory is a complaint about each file it must have")
    func missing() {
        let error = #expect(throws: ConfigurationError.self) { try City.load(directory: "/nonexistent") }
        #expect(error?.complaints.count == 7)
    }

    @Test("the version changes with any byte of any file")
    func version() throws {
        let plain = try SmallCity.load().version
        #expect(try SmallCity.load().version == plain)
        #expect(try SmallCity.load(["city.yaml": "name: 小城\nenglish: Smalltown\n "]).version != plain)
        #expect(try SmallCity.load(["keywords.yaml": ""]).version != plain)
    }

    @Test("mistakes in several files are found in one go")
    func several() {
        let found = SmallCity.complaints(
            [
                "city.yaml": "nmae: 小城",
                "areas.yaml":
                    "areas: [{ code: EAST, name: 东区 }, { code: east, name: 东区, aliases: [东] }, { code: east, name: 又 }]",
                "departments.yaml": """
                departments:
                  - { code: triage, name: 分拨席, deliver: bax, parent: nobody }
                  - { code: local, name: 错, deliver: box }
                """,
                "categories.yaml":
                    "categories: [{ code: c, name: 类, words: { 路: 3, 路灯: 0, 灯: x }, limits: { sign: 5 } }]",
                "catalogue.yaml": "rules: [{ name: 末, lead: triage }]",
                "places.yaml": "est: [人民路]",
                "emergency.yaml": "notices: [{ number: 119, message: 拨 }]",
                "areas.geojson": "{",
            ], destinations: ["box"])
        let paths = Set(found.map { "\($0.file) \($0.path)" })
        for expected in [
            "city.yaml name", "city.yaml nmae", "areas.yaml areas[0].code", "areas.yaml areas[1].aliases[0]",
            "areas.yaml areas[2].code", "departments.yaml departments[0].deliver",
            "departments.yaml departments[0].parent", "departments.yaml departments[1].code",
            "categories.yaml categories[0].words.路", "categories.yaml categories[0].words.路灯",
            "categories.yaml categories[0].words.灯", "categories.yaml categories[0].limits.sign", "places.yaml est",
            "emergency.yaml notices[0].words", "areas.geojson ",
        ] {
            #expect(paths.contains(expected), "\(expected)")
        }
        #expect(found.first { $0.path == "departments[0].deliver" }?.suggestion == "box")
    }

    @Test("a folder without its catalogue says so once, with the path one would open, and leaves the cases alone")
    func incomplete() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "intake-city-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: URL(fileURLWithPath: ExampleCity.directory), to: folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.removeItem(at: folder.appending(path: "catalogue.yaml"))
        let error = #expect(throws: ConfigurationError.self) { try City.load(directory: folder.path) }
        #expect(error?.complaints.map(\.file) == ["\(folder.path)/catalogue.yaml"])
    }

    @Test("polygons of unknown areas and broken geometries are complaints with their feature")
    func geoJSON() {
        func polygon(_ code: String, _ coordinates: String, _ type: String = "Polygon") -> String {
            """
            {"type":"FeatureCollection","features":[{"properties":{"code":"\(code)"},
            "geometry":{"type":"\(type)","coordinates":\(coordinates)}}]}
            """
        }
        let ring = "[[[1,1],[2,1],[2,2],[1,1]]]"
        #expect(SmallCity.complaints(["areas.geojson": polygon("east", ring)]) == [])
        for (text, path) in [
            (polygon("eats", ring), "features[0].properties.code"),
            (polygon("east", "[[[1,1],[2,1],[1,1]]]"), "features[0].geometry"),
            (polygon("east", "[[[1,1],[2,1],[2,99],[1,1]]]"), "features[0].geometry"),
            (polygon("east", "[[[1,1],[2],[2,2],[1,1]]]"), "features[0].geometry"),
            (polygon("east", "[]"), "features[0].geometry"),
            (polygon("east", "[[[1,1],[2,1],[1,1]]]", "Point"), "features[0].geometry.type"),
            (polygon("east", "5"), "features[0].geometry.coordinates"), ("[]", ""), ("", ""),
        ] {
            #expect(SmallCity.complaints(["areas.geojson": text]).map(\.path) == [path], "\(text)")
        }
    }

    @Test("no prefix of any file of the example city makes the loader trap")
    func prefixes() throws {
        for name in ["city.yaml", "calendar.yaml", "emergency.yaml", "catalogue.yaml", "areas.geojson", "cases.yaml"] {
            let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: "\(ExampleCity.directory)/\(name)")))
            for count in stride(from: 0, through: min(bytes.count, 6000), by: 41) {
                _ = SmallCity.complaints([name: String(decoding: bytes.prefix(count), as: UTF8.self)])
            }
        }
    }

    @Test("emergency words bring their notices, harmless phrases around them do not")
    func emergency() throws {
        let city = try SmallCity.load()
        #expect(city.emergency(in: "楼上著火了").map(\.number) == ["119", "120"])
        #expect(city.emergency(in: "有人昏迷").map(\.message.en) == ["Call 120"])
        #expect(city.emergency(in: "这里有火灾隐患").isEmpty)
        #expect(city.emergency(in: "火灾隐患没人管，终于火灾").map(\.words) == [["火灾"]])
        #expect(city.emergency(in: "").isEmpty)
    }

    @Test("the danger at the end of a long text is found, and no window cuts a harmless phrase in two")
    func longText() throws {
        let city = try SmallCity.load()
        let call = String(repeating: "路", count: 2 * PlainText.limit + 77)
        #expect(city.emergency(in: call + "，现在着火").map(\.number) == ["119", "120"])
        for end in stride(from: PlainText.limit - 24, through: PlainText.limit + 24, by: 8) {
            let before = String(repeating: "路", count: end)
            #expect(city.emergency(in: before + "火灾隐患" + call).isEmpty, "\(end)")
            #expect(city.emergency(in: before + "火灾" + call).map(\.number) == ["119"], "\(end)")
        }
    }

    @Test("words of two dangers that overlap call for both numbers")
    func overlapping() throws {
        let words = """
            notices:
              - { number: "122", words: [车祸有人], message: 拨122 }
              - { number: "120", words: [有人受伤], unless: [没有人受伤], message: 拨120 }
            """
        let city = try SmallCity.load(["emergency.yaml": words])
        #expect(city.emergency(in: "车祸有人受伤").map(\.number) == ["122", "120"])
        #expect(city.emergency(in: "车祸没有人受伤").isEmpty)
    }

    @Test("an alias or place that means several areas is a warning at its line; names of areas are as they are")
    func ambiguous() throws {
        let areas = try #require(SmallCity.files["areas.yaml"]).replacing(
            "name: 湖滨街道,", with: "name: 湖滨街道, aliases: [湖边, 桃源],")
        let city = try SmallCity.load([
            "areas.yaml": areas, "places.yaml": "taobei: [桃源北路]\nlakeside:\n  - 湖滨幼儿园\n  - 桃源北路\n",
        ])
        #expect(
            city.warnings.map { "\($0.file):\($0.line) \($0.path)" } == [
                "areas.yaml:9 taoyuan.aliases", "places.yaml:1 taobei",
            ])
        let words = try #require(city.warnings.last)
        #expect(words.text(in: .chinese).contains("\"桃源北路\"，指 2 个区域：桃源北路社区、湖滨街道"))
        #expect(words.text(in: .english).contains("which means 2 areas: North Taoyuan, Lakeside Street"))
        #expect(try SmallCity.load().warnings.isEmpty)
    }

    @Test("cases say what differs, and a case with unknown names is a complaint")
    func cases() throws {
        let city = try SmallCity.load([
            "cases.yaml": """
            cases:
              - name: 对
                given: { text: 桃源北路路灯不亮, at: "2026-10-01T23:00" }
                expect: { area: taobei, category: lights, rule: 城市, lead: city-order, with: taoyuan-office, emergency: none }
              - name: 错
                given: { text: 桃源北路路灯不亮 }
                expect: { area: none, lead: triage, with: [east-office] }
            """
        ])
        let results = city.checkCases()
        #expect(results.map(\.passed) == [true, false])
        #expect(results[1].differences.map(\.what) == ["area", "lead", "with"])
        #expect(results[1].differences[0] == .init(what: "area", expected: "", found: "taobei"))
        #expect(results[1].line == 5)
        let wrong = "cases: [{ name: x, given: { text: y, at: morning }, expect: { lead: triag } }]"
        #expect(
            SmallCity.complaints(["cases.yaml": wrong]).map(\.path) == ["cases[0].expect.lead[0]", "cases[0].given.at"])
    }
}
