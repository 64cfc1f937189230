import Intake
import Testing

@Suite("Ticket numbers and days")
struct TicketNumberTests {
    @Test("A number is written and read back", arguments: [1, 42, 999_999, 1_000_000, 123_456_789_012])
    func round(_ id: Int64) throws {
        let day = Day(Instant(seconds: 1_795_219_200), offset: .seconds(8 * 3600))
        let number = TicketNumber(day: day, id: id)
        #expect(TicketNumber(number.description) == number)
        #expect(number.description.hasPrefix("20261121-"))
    }

    @Test(
        "What is no number is refused",
        arguments: [
            "", "-", "20261121", "20261121-", "20261121-0", "20261121--1", "20261321-000001", "20260230-1",
            "２０２６１１２１-1", "20261121-00000000000000001", "20261121-1-1", "2026112a-1", "20261121-+1",
        ])
    func refused(_ text: String) { #expect(TicketNumber(text) == nil) }

    @Test("The day is the city's: an hour before midnight UTC it is tomorrow in the east")
    func zone() {
        let late = Instant(seconds: 1_795_219_200 - 3600 - 86_400 + 86_400)
        #expect(Day(late, offset: .zero).number == 20_261_120)
        #expect(Day(late, offset: .seconds(8 * 3600)).number == 20_261_121)
    }
}
