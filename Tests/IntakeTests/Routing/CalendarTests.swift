import Testing

@testable import Intake

@Suite("The working calendar") struct CalendarTests {
    func ends(_ limit: Limit, from day: String, _ time: String) throws -> String {
        let calendar = try SmallCity.load().calendar
        let (end, minute) = calendar.zone.local(calendar.deadline(from: SmallCity.at(day, time), limit: limit))
        return "\(end) \(clock(minute))"
    }

    @Test("hours run by the clock, days off or not")
    func hours() throws { #expect(try ends(.hours(30), from: "2026-09-30", "16:00") == "2026-10-01 22:00") }

    @Test("natural days end at midnight after the last day, the first not counted")
    func naturalDays() throws { #expect(try ends(.naturalDays(7), from: "2026-09-30", "16:00") == "2026-10-08 00:00") }

    @Test(
        "working days skip weekends and holidays and count make-up days",
        arguments: [
            (1, "2026-03-02", "2026-03-03"), (1, "2026-03-06", "2026-03-09"), (5, "2026-03-04", "2026-03-11"),
            (1, "2026-09-30", "2026-10-08"), (3, "2026-09-30", "2026-10-10"), (1, "2026-09-19", "2026-09-20"),
            (1, "2026-10-03", "2026-10-08"),
        ])
    func workingDays(count: Int, from: String, to: String) throws {
        #expect(try ends(.workingDays(count), from: from, "10:00") == "\(to) 17:00")
    }

    @Test(
        "working hours run only while offices are open",
        arguments: [
            (2, "2026-03-02", "09:30", "2026-03-02 11:30"), (2, "2026-03-02", "11:00", "2026-03-02 14:00"),
            (2, "2026-03-02", "16:00", "2026-03-03 10:00"), (1, "2026-03-02", "07:00", "2026-03-02 10:00"),
            (1, "2026-03-02", "20:00", "2026-03-03 10:00"), (4, "2026-09-30", "16:00", "2026-10-08 12:00"),
            (7, "2026-03-02", "09:00", "2026-03-02 17:00"), (14, "2026-03-06", "09:00", "2026-03-09 17:00"),
        ])
    func workingHours(count: Int, day: String, time: String, end: String) throws {
        #expect(try ends(.workingHours(count), from: day, time) == end)
    }

    @Test("a holiday has its name, a make-up day works")
    func holidays() throws {
        let calendar = try SmallCity.load().calendar
        #expect(calendar.holiday(on: try #require(Day("2026-10-03")))?.en == "National Day")
        #expect(calendar.isWorking(try #require(Day("2026-10-10"))))
        #expect(!calendar.isWorking(try #require(Day("2026-10-11"))))
        #expect(calendar.isOpen(at: SmallCity.at("2026-10-10", "09:00")))
        #expect(!calendar.isOpen(at: SmallCity.at("2026-10-10", "12:00")))
    }

    @Test("a zone is an IANA name or an offset, and daylight saving is followed")
    func zones() throws {
        let offset = try #require(Zone("+05:30"))
        #expect(offset.local(Instant(seconds: 0)).minute == 330)
        #expect(try #require(Zone("-03:00")).local(Instant(seconds: 0)).day.description == "1969-12-31")
        let berlin = try #require(Zone("Europe/Berlin"))
        let day = try #require(Day("2026-03-29"))
        #expect(berlin.instant(day, minute: 600) - berlin.instant(day, minute: 60) == .seconds(8 * 3600))
        for name in ["", "Mars/Olympus", "+25:00", "8", "+8:00", "CST6CDT4", "/etc/passwd"] {
            #expect(Zone(name) == nil, "\(name)")
        }
    }

    @Test("days are read and written as ISO dates, counted and named")
    func days() throws {
        for text in ["1970-01-01", "2000-02-29", "2026-12-31", "2400-02-29"] {
            let day = try #require(Day(text))
            #expect(day.description == text)
            #expect((day + 0) == day)
            #expect((day + 366).daysSince1970 - day.daysSince1970 == 366)
        }
        for text in ["2026-02-29", "2026-13-01", "2026-1-1", "26-01-01", "2026-01-00", "２０２６-01-01", "2026-01-01-", ""]
        {
            #expect(Day(text) == nil, "\(text)")
        }
        #expect(Day("2026-11-21")?.weekday == .sat)
        #expect(Day("1970-01-01")?.weekday == .thu)
    }

    @Test("limits are read and written back", arguments: ["24h", "4wh", "7d", "5wd"])
    func limits(text: String) throws { #expect(try #require(Limit(text)).description == text) }

    @Test(
        "what is no limit is none",
        arguments: ["", "0d", "5", "wd", "-1d", "1.5h", "4000d", "5 wd", "5WD", "99999999999999999999h"])
    func noLimits(text: String) { #expect(Limit(text) == nil) }

    @Test("a calendar that cannot be is refused")
    func refused() {
        let found = SmallCity.complaints([
            "calendar.yaml": """
            zone: Asia/Shanghaj
            hours: ["12:00-09:00", "25:00-26:00"]
            weekdays: [mon, tuse]
            holidays: [{ name: 国庆节, from: 2026-10-01, to: 2026-09-01 }, { name: 元旦, from: 1月1日 }]
            make-up-days: [2026-10-01, soon]
            """
        ])
        #expect(
            Set(found.map(\.path)) == [
                "zone", "hours[0]", "hours[1]", "weekdays[1]", "holidays[0].to", "holidays[1].from", "make-up-days[1]",
            ])
        #expect(found.first { $0.path == "weekdays[1]" }?.suggestion == "tue")
    }
}
