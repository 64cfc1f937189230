import Intake

/// A way out: hands one delivery to a destination. One folder under `Dispatch/` and one line in
/// `Registry.dispatchers` add a kind.
///
/// Returning means delivered. Trouble says the rest (rule 7): `passing` is tried again with growing pauses, `lasting`
/// and `needsPerson` are held and shown, `unclear` is tried again or held as the destination's `unclear: retry | hold`
/// says.
protocol Dispatcher: Sendable {
    /// What `kind:` says in the configuration.
    static var kind: String { get }
    /// Settings that work, as YAML of one destination; a test reads every one.
    static var example: String { get }
    /// What `unclear:` is by default: retry where the far side knows a repeat by its key.
    static var repeatable: Bool { get }

    /// The contacts of citizens it can reach: what a channel's `answer:` may ask of it.
    static var carries: Set<Contact.Kind> { get }
    /// The folder it writes into, if it is one of this machine; no channel may read there.
    var folder: String? { get }

    /// Reads its settings; opens nothing.
    init(name: String, _ settings: Settings, _ tools: Tools)

    /// Hands it over; gives one sentence for the history (the remote id, the path) as `Phrase.kept`, without secrets.
    func deliver(_ outgoing: Outgoing) async throws(Trouble) -> String

    /// Where it connects to, where that is a server: for the doctor, who looks at its name and its certificate.
    var door: Knock? { get }

    /// Whether the far side can be reached, where that is cheap to find out and changes nothing there; for the doctor.
    func reach() async throws(Trouble)
}

extension Dispatcher {
    static var carries: Set<Contact.Kind> { [] }
    var folder: String? { nil }
    var door: Knock? { nil }

    func reach() async throws(Trouble) {}
}

/// One delivery as a dispatcher sees it.
struct Outgoing: Sendable {
    /// Stays the same over retries: idempotency key, Message-ID, name of the folder.
    var key: String
    var ticket: TicketNumber
    /// 1 at first.
    var attempt: Int
    /// Code of a department, or "citizen".
    var recipient: String
    /// As it may leave.
    var message: Message
    /// Where the bytes of its files are, by their number; not there for those we do not have.
    var blobs: [Int: BlobID] = [:]
    /// Whom it goes to, where that is a person: unsealed for this call only (rule 8).
    var contact: KeptContact?
}
