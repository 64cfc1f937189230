@testable import Intake

/// A city of a few lines for one test, from files as texts; `files` stand in for those of the same name.
struct SmallCity {
    static let files: [String: String] = [
        "city.yaml": "name: 小城\nenglish: Smalltown\n",
        "calendar.yaml": """
        zone: Asia/Shanghai
        hours: ["09:00-12:00", "13:00-17:00"]
        weekdays: [mon, tue, wed, thu, fri]
        holidays: [{ name: 国庆节, english: National Day, from: 2026-10-01, to: 2026-10-07 }]
        make-up-days: [2026-09-20, 2026-10-10]
        """,
        "areas.yaml": """
        areas:
          - code: east
            name: 东区
            english: East District
            areas:
              - code: taoyuan
                name: 桃源街道
                english: Taoyuan Street
                aliases: [桃源]
                areas:
                  - { code: taobei, name: 桃源北路社区, english: North Taoyuan }
                  - { code: xinhua-east, name: 新华社区, english: Xinhua }
              - { code: lakeside, name: 湖滨街道, english: Lakeside Street }
          - code: west
            name: 西区
            english: West District
            areas:
              - code: hill
                name: 山前街道
                english: Hill Street
                areas:
                  - { code: xinhua-west, name: 新华社区, english: Xinhua }
        """,
        "places.yaml": "taobei: [桃源北路]\nlakeside: [湖滨幼儿园]\n",
        "departments.yaml": """
        departments:
          - { code: triage, name: 分拨席, english: Triage, deliver: box }
          - { code: city-order, name: 城管局, english: City order, deliver: box }
          - { code: east-office, name: 东区政府, english: East office, deliver: box, area: east }
          - { code: taoyuan-office, name: 桃源街道办, english: Taoyuan office, deliver: box, area: taoyuan }
        """,
        "categories.yaml": """
        limits: { sign: 4wh, resolve: 5wd }
        categories:
          - code: city
            name: 城市
            english: City
            categories:
              - { code: lights, name: 路灯, english: Lights, words: { 路灯: 8, 不亮: 2 }, limits: { resolve: 3d } }
              - { code: vending, name: 摆摊, english: Vending, words: { 摆摊: 8 }, urgent: true }
          - code: school
            name: 教育
            english: School
            words: { 学校: 5, 幼儿园: 6, 路灯: -3, school: 5 }
        """,
        "catalogue.yaml": """
        rules:
          - { name: 摆摊, when: { category: vending }, lead: local, with: [city-order, local-district] }
          - { name: 城市, when: { category: city }, lead: city-order, with: [local] }
          - { name: 分拨, lead: triage }
        """,
        "emergency.yaml": """
        notices:
          - { number: "119", words: [着火, 火灾], unless: [火灾隐患], message: 请拨119, english: Call 119 }
          - { number: "120", words: [昏迷, 着火], message: 请拨120, english: Call 120 }
        """,
    ]

    static func load(
        _ changes: [String: String] = [:], destinations: [String]? = nil, channels: [String]? = nil
    ) throws(ConfigurationError) -> City {
        let contents = files.merging(changes) { $1 }.mapValues { Array($0.utf8) }
        return try City(contents, destinations, channels, Complaints())
    }

    /// The complaints about a city with these changes, empty if there are none.
    static func complaints(
        _ changes: [String: String], destinations: [String]? = nil, channels: [String]? = nil
    ) -> [Complaint] {
        do throws(ConfigurationError) {
            _ = try load(changes, destinations: destinations, channels: channels)
            return []
        } catch {
            return error.complaints
        }
    }

    /// A moment by the clock of China.
    static func at(_ day: String, _ time: String) -> Instant {
        guard let day = Day(day), let minute = minuteOfDay(time) else { return Instant(milliseconds: 0) }
        return Instant(seconds: Int64(day.daysSince1970) * 86_400 + Int64(minute) * 60 - 8 * 3600)
    }
}
