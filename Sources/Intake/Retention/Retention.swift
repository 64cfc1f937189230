/// How long each kind of data is kept. Of a ticket: from the last thing that happened with it, whatever its state.
package struct Retention: Sendable, Equatable {
    /// Contacts, and the bytes the reports came as, which name them too.
    package var identity = Duration.days(1095)
    /// What was said: in entries and in messages to departments.
    package var text = Duration.days(1825)
    package var attachments = Duration.days(730)
    /// The bytes reports came as, from their arrival: needed to read again what was misread.
    package var originals = Duration.days(180)
    /// What could not be read and nobody took out, from its arrival.
    package var quarantine = Duration.days(365)
    /// Who was shown identities; never less than six months, of which the longest have 184 days.
    package var accessLog = Duration.days(1095)

    package init() {}

    /// Reads the table `retention:`; what it does not name keeps its default. Nothing of a ticket goes before 30 days:
    /// deadlines, call-backs and complaints about the answer need it.
    package init(_ settings: Settings?) {
        guard let settings else { return }
        let years = Duration.days(3650)
        let ticket = Duration.days(30)...years
        identity = settings.duration("identity", default: identity, in: ticket)
        text = settings.duration("text", default: text, in: ticket)
        attachments = settings.duration("attachments", default: attachments, in: ticket)
        originals = settings.duration("originals", default: originals, in: .days(7)...years)
        quarantine = settings.duration("quarantine", default: quarantine, in: ticket)
        accessLog = settings.duration("access-log", default: accessLog, in: .days(184)...years)
    }

    package subscript(part: ErasurePart) -> Duration {
        switch part {
        case .identity: identity
        case .text: text
        case .attachments: attachments
        }
    }
}

extension Duration {
    package static func days(_ count: Int) -> Duration { .seconds(count * 86_400) }
}
