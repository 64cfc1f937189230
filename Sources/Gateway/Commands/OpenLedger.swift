import Foundation
import Glibc
import Intake

/// Configuration, city and ledger, opened for one command beside the daemon that may be running. The ledger must be
/// there, and the key must be the one it was made with.
struct OpenLedger {
    let configuration: Configuration
    let city: City
    let keys: Keys
    let store: any Store
    let blobs: any Blobs
    /// Its file system is mounted read-only: it can be looked at, and nothing more.
    let isReadOnly: Bool
    /// How far the clock of a database that nodes share is ahead of this machine's.
    let ahead: Duration

    init(_ place: Where) async throws {
        configuration = try place.configuration()
        city = try configuration.wantedCity()
        try configuration.fixed.actAsOwner()
        let file = configuration.fixed.state + "/ledger.sqlite"
        if configuration.fixed.ledger == .sqlite, !FileManager.default.fileExists(atPath: file) {
            throw Trouble.lasting(
                Terminal.both(
                    "没有账本 \(file)：先启动一次守护进程，或用 --state 指明状态目录",
                    "there is no ledger \(file): start the daemon once, or name its folder with --state"))
        }
        if let found = try Opening.readOnly(configuration.fixed) {
            (store, blobs, isReadOnly) = (found.store, found.blobs, true)
            Terminal.complain(
                Terminal.both("账本所在的文件系统是只读的，只能看：intake doctor", "the ledger's file system is read-only: intake doctor")
            )
        } else {
            (store, blobs) = try await Opening.ledger(configuration.fixed, log: Journal.silent) { _ in }
            isReadOnly = false
        }
        keys = try await Opening.fit(configuration, to: store)
        ahead = try await store.sharedTime().map { $0 - .wall } ?? .zero
    }

    var now: Instant { .wall + ahead }

    /// Everything with its adapters, as the daemon makes it; may be made once.
    func works() throws -> Works {
        let city = city
        let day: @Sendable (Instant) -> Day = { city.calendar.zone.local($0).day }
        return try Works(configuration, tools: tools(), inbox: Inbox(store: store, keys: keys, day: day))
    }

    func tools() throws -> Tools {
        let city = city
        let ahead = ahead
        let now: Now = { .wall + ahead }
        return Tools(
            keys: keys, store: store, blobs: blobs, city: { city }, network: try Network(now: now),
            now: now, metrics: Metrics(), log: Journal.logger(), state: configuration.fixed.state)
    }

    /// A ticket by its number (20261121-000042) or the number's last part (42).
    func ticket(_ text: String) async throws -> Ticket {
        let number = TicketNumber(text)
        let found = try await store.tickets((number?.id ?? Int64(text)).map { [$0] } ?? []).first
        guard let found, number == nil || number == found.number else {
            throw Trouble.lasting(Terminal.both("没有工单 \(text)", "there is no ticket \(text)"))
        }
        return found
    }

    /// What the ticket says, with the masked first words for lists; nil where it cannot be opened.
    func dossiers(of tickets: [Ticket]) async throws -> [Int64: Dossier] {
        let entries = Dictionary(grouping: try await store.entries(of: tickets.map(\.number.id)), by: \.ticket)
        var dossiers: [Int64: Dossier] = [:]
        for ticket in tickets {
            dossiers[ticket.number.id] = try? Dossier.read(ticket, entries[ticket.number.id] ?? [], keys: keys)
        }
        return dossiers
    }

    /// Who acts: the person logged in, also behind sudo.
    var actor: String {
        if getuid() == 0, let name = ProcessInfo.processInfo.environment["SUDO_USER"] { return "operator:\(name)" }
        guard let record = unsafe getpwuid(getuid()) else { return "operator:\(getuid())" }
        return unsafe "operator:" + String(cString: record.pointee.pw_name)
    }

    /// Who made an entry: the citizen, the program, a department by its code, or a person by account.
    func actor(_ name: String) -> String {
        switch name {
        case "citizen": Terminal.both("群众", "citizen")
        case "intake": Terminal.both("系统", "intake")
        default:
            name.hasPrefix("operator:") ? Terminal.both("值班员 ", "operator ") + name.dropFirst(9) : department(name)
        }
    }

    /// On the city's clocks: 2026-11-21 08:05.
    func time(_ instant: Instant) -> String { LocalTime.text(instant, in: city) }
    func time(_ instant: Instant?) -> String { instant.map { time($0) } ?? "—" }

    func department(_ code: String) -> String { city.name(ofDepartment: code)[Terminal.language] }
    /// Name of a category or area, or the code where the city's data no longer has it.
    func category(_ code: String?) -> String {
        code.map { city.categories[$0]?.name[Terminal.language] ?? $0 } ?? "—"
    }
    func area(_ code: String?) -> String {
        guard let code else { return "—" }
        return city.areas[code] == nil ? code : city.areas.pathName(of: code, in: Terminal.language)
    }
}

extension Dossier {
    /// The subject, or else the first words, masked: at most 30 characters.
    var headline: String {
        let text = submission.subject.isEmpty ? submission.text : submission.subject
        let line = Masker.mask(text).split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        return line.count > 30 ? line.prefix(29) + "…" : line
    }
}
