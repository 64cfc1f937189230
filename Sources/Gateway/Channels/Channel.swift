import Foundation
import Hummingbird
import Intake
import Logging

/// A way in. One folder under `Channels/` and one line in `Registry.channels` add a kind.
///
/// `init` reads settings and opens nothing; `routes` and `run` use what it read. A source hears "done" only after
/// `Inbox.accept` returned (rule 1): its trouble is `passing` (503 with Retry-After for a sender who waits).
protocol Channel: Sendable {
    /// What `kind:` says in the configuration.
    static var kind: String { get }
    /// Settings that work, as YAML of one channel; a test reads every one, `intake example <kind>` prints it.
    static var example: String { get }

    /// Whether there can be only one: its paths on the public listener are fixed.
    static var isAlone: Bool { get }

    /// Reads its settings; complaints go to `settings` and stop the start.
    init(name: String, _ settings: Settings, _ tools: Tools)

    /// Push channels: what to answer, and under which path, on the public listener.
    func routes(_ routes: Router<GatewayContext>, into inbox: Inbox)

    /// Pull channels: reads until the task is cancelled. Trouble that ends it is reported; it is then started again
    /// with growing pauses.
    func run(into inbox: Inbox) async throws(Trouble)

    /// Reads kept bytes again, after a mend (rule 4): the items they hold, in the order of the first reading.
    func read(_ raw: RawParcel) async throws(Trouble) -> [Item]

    /// Gets a file that was left with the platform: what `Attachment.Content.remote` said.
    func fetch(_ remote: String) async throws(Trouble) -> Attachment

    /// The server it calls, where it calls one: for the doctor, who looks at its name and its certificate.
    var door: Knock? { get }

    /// Whether its source can be entered, where that is cheap to find out and changes nothing there; for the doctor.
    func reach() async throws(Trouble)

    /// What it reads and moves away; no other channel may, no destination may write there, and of several nodes one reads
    /// at a time, under a lease. Nil for a push channel.
    var source: Source? { get }

    /// How long it leaves what it read in files of its own, in the clear; nil where it leaves none.
    var keeps: Duration? { get }

    /// Removes those files whose content the ledger has erased; gives how many.
    func forget() async throws(Trouble) -> Int

    /// What stays with its source of a report that it read, where we do not reach; for whoever erases. Nil: nothing that
    /// we know of.
    var leaves: Phrase? { get }

    /// The destination that carries an answer back to a citizen who came this way, and the kind of contact it needs;
    /// nil where the channel itself answered (a page, an API call) or cannot.
    var answers: (destination: String, contact: Contact.Kind)? { get }
}

extension Channel {
    static var isAlone: Bool { false }

    func routes(_ routes: Router<GatewayContext>, into inbox: Inbox) {}

    func run(into inbox: Inbox) async throws(Trouble) {
        // A push channel has nothing to pull: it waits until the daemon stops it.
        let (stream, _) = AsyncStream<Never>.makeStream()
        for await _ in stream {}
    }

    func fetch(_ remote: String) async throws(Trouble) -> Attachment {
        throw .lasting("该渠道没有留在平台的文件", "this channel leaves no files with its platform")
    }

    var door: Knock? { nil }

    func reach() async throws(Trouble) {}

    var source: Source? { nil }

    var keeps: Duration? { nil }

    func forget() async throws(Trouble) -> Int { 0 }

    var leaves: Phrase? { nil }

    var answers: (destination: String, contact: Contact.Kind)? { nil }
}

/// What one channel alone may take from.
enum Source: Sendable, Hashable {
    case folder(String)
    case mailbox(account: String, name: String)

    /// Whether two channels would take from each other.
    func overlaps(_ other: Source) -> Bool {
        if case .folder(let one) = self, case .folder(let two) = other {
            return FolderPath(one).overlaps(FolderPath(two))
        }
        return self == other
    }
}

/// Kept bytes, for reading them again.
struct RawParcel: Sendable {
    enum Body: Sendable {
        case bytes(Data)
        /// A private temporary copy, removed after the reading.
        case file(String)
    }
    var received: Instant
    var envelope: [String: String]
    var body: Body
}

/// What the daemon lends to its channels and dispatchers.
struct Tools: Sendable {
    var keys: Keys
    var store: any Store
    var blobs: any Blobs
    /// The city's data as it stands now; a reload swaps it. Nil only while the daemon starts.
    var city: @Sendable () -> City?
    /// The way out, for calls to platforms and departments.
    var network: Network
    var now: Now
    var metrics: Metrics
    var log: Logger
    /// The daemon's state folder; relative paths of the configuration stand in it.
    var state: String
    /// Networks whose `Forwarded` headers are believed.
    var proxies: [NetBlock] = []
    /// The memory that requests under way share.
    var bodies = Bodies()
    /// Wrong look-up codes by ticket, of all channels together.
    var guessed = Guesses.tickets()
    /// The destination where people are alerted, if one is set.
    var alerts: String?
    /// The city that comes with the settings being read, for what must agree with it; nil where it cannot be read.
    var comingCity: City?
    /// A private folder for files being received or sent, emptied at each start.
    var scratch: String { state + "/scratch" }

    /// A path of the configuration, made absolute.
    func place(_ path: String) -> String { path.hasPrefix("/") ? path : state + "/" + path }
}
