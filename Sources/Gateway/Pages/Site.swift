package import Intake

/// What the pages say about the city and its hotline; read from the configuration once.
package struct Site: Sendable {
    /// "12345 市民服务热线".
    package var name: Phrase
    /// The number a citizen may call instead, dialled as it stands.
    package var phone: String
    /// The zone of the city; every time on a page is told in it.
    package var zone: Zone
    /// What the citizen agrees to, and which version of it this is.
    package var consent: Phrase
    package var consentVersion: String

    package init(name: Phrase, phone: String, zone: Zone, consent: Phrase, consentVersion: String) {
        self.name = name
        self.phone = phone
        self.zone = zone
        self.consent = consent
        self.consentVersion = consentVersion
    }
}
