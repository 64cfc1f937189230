import ArgumentParser
import Foundation
import Intake

/// Sends a report marked as a test through the ledger and follows it to the departments.
struct SendTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send-test",
        abstract: Terminal.both(
            "送一件标明是测试的诉求，跟到送达", "Send a report marked as a test and follow it until it is delivered"),
        discussion: Terminal.both(
            "承办单位会真的收到这张标着【测试】的工单。需要守护进程在运行。",
            "Departments really receive this work order, marked 【测试 TEST】. The daemon must be running."))

    @OptionGroup var place: Where
    @OptionGroup var form: Form
    @Option(help: "算作哪个渠道来的 Name of the channel it counts for") var channel: String
    @Option(help: "诉求文字 Text of the report") var text = "路灯不亮"
    @Option(help: "最多等几秒 Seconds to wait at most") var wait = 60

    private struct Sum: Encodable {
        var ticket: TicketNumber
        var state: Ticket.State
        var deliveries: [String: Delivery.State]
    }

    func run() async throws {
        try await place.withLedger { ledger in
            guard ledger.configuration.channels.contains(where: { $0.name == channel }) else {
                throw Trouble.lasting(Terminal.both("没有渠道 \(channel)", "there is no channel \(channel)"))
            }
            let submission = Submission(
                subject: "【测试 TEST】\(text)", text: text, language: Terminal.language,
                remarks: [
                    Phrase(
                        zh: "测试件：\(ledger.actor) 用 intake send-test 送出",
                        en: "a test: \(ledger.actor) sent it with intake send-test"
                    ).kept
                ])
            let parcel = Parcel(
                channel: channel, received: ledger.now, envelope: ["synthetic": ledger.actor],
                body: .bytes(Data(text.utf8)),
                items: [Item(sourceID: "send-test-\(UUID().uuidString)", content: .submission(submission))])
            let city = ledger.city
            let inbox = Inbox(store: ledger.store, keys: ledger.keys, day: { city.calendar.zone.local($0).day })
            async let running: Void = inbox.run()
            let receipts: [Receipt]
            do throws(Trouble) { receipts = try await inbox.accept(parcel) } catch {
                inbox.close()
                throw error
            }
            inbox.close()
            await running
            guard let number = receipts.first?.ticket else { throw Trouble.lasting("没有成为工单", "no ticket came of it") }
            Terminal.complain(Terminal.both("已保存为 \(number)", "kept as \(number)"))
            try await follow(number, ledger)
        }
    }

    private func follow(_ number: TicketNumber, _ ledger: OpenLedger) async throws {
        let end = ContinuousClock.now + .seconds(wait)
        while true {
            let ticket = try await ledger.ticket(number.description)
            let deliveries = try await ledger.store.deliveries(of: number.id)
            let waiting = deliveries.filter { $0.state == .pending }.count
            Terminal.progress(
                "\(Words(Terminal.language).name(ticket.state))  \(deliveries.count - waiting)/\(deliveries.count)")
            let held = deliveries.contains { $0.state == .held }
            if ticket.entries > 1, waiting == 0 || held || ContinuousClock.now >= end {
                Terminal.progress("")
                try show(ticket, deliveries)
                if waiting > 0 || held { throw ExitCode(1) }
                return
            }
            if ContinuousClock.now >= end {
                Terminal.progress("")
                throw Trouble.passing(
                    Terminal.both(
                        "\(wait) 秒内没有分派：守护进程在运行吗？", "not routed within \(wait) seconds: is the daemon running?"))
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    private func show(_ ticket: Ticket, _ deliveries: [Delivery]) throws {
        if form.json {
            let states = deliveries.map { ("\($0.id) \($0.destination) \($0.recipient)", $0.state) }
            return try Terminal.say(
                json: Sum(
                    ticket: ticket.number, state: ticket.state,
                    deliveries: Dictionary(states, uniquingKeysWith: { first, _ in first })))
        }
        for delivery in deliveries {
            let state = delivery.state.name[Terminal.language]
            Terminal.say("#\(delivery.id)  \(delivery.destination) → \(delivery.recipient)  \(state)")
        }
    }
}
