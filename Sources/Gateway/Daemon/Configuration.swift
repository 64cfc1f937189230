import Crypto
import Foundation
import Intake
import Storage

/// `intake.yaml`, read and checked whole before anything opens. What cannot be swapped while running stands here; what
/// can (city, channels, destinations) is made anew from the same file by `Works`.
struct Configuration {
    enum Ledger: Equatable {
        case sqlite
        /// A libpq connection string, and this node's name among those that share the ledger.
        case postgres(connection: String, node: String)
    }
    /// What a running daemon keeps until it is restarted.
    struct Fixed: Equatable {
        var publicAddress: Listener.Address
        var privateAddress: Listener.Address
        var ledger: Ledger
        var state: String
        /// SHA-256 of the master key and the older ones.
        var key: String
        /// Free bytes below which nothing more is taken (rule 9).
        var floor: Int64
    }
    let file: String
    let fixed: Fixed
    let master: Secret
    /// Masters in use before it, which open what they sealed.
    let olderMasters: [Secret]
    let city: City?
    let alerts: String?
    /// Passing trouble is borne this many times, then the delivery is held for a person.
    let holdAfter: Int
    /// How long each kind of data is kept.
    let retention: Retention
    let clamd: Clamd?
    /// Networks whose `Forwarded` headers are believed.
    let proxies: [NetBlock]
    let channels: [(name: String, type: any Channel.Type, settings: Settings)]
    let destinations: [(name: String, type: any Dispatcher.Type, settings: Settings)]
    /// Tables that warnings point to.
    let listen: Settings
    let proxyTable: Settings?
    let keyTable: Settings
    /// The whole file; `conclude()` it once all adapters have read their part.
    let settings: Settings

    /// Reads the file and the city it names. Complaints are collected in the settings; nothing is thrown until the
    /// caller concludes.
    init(file: String, manager: ServiceManager, state: String?, complaints: Complaints) {
        let settings = Settings.read(path: file, credentials: manager.credentials, complaints: complaints)
        self.file = file
        self.settings = settings
        listen = settings.table("listen")
        let store = settings.table("store")
        let ledger: Ledger =
            switch store.choice("kind", default: LedgerKind.sqlite) {
            case .sqlite: .sqlite
            case .postgres: .postgres(connection: Configuration.connection(store), node: store.line("node"))
            }
        let stateInFile = settings.line("state", default: "/var/lib/intake")
        if !stateInFile.hasPrefix("/") {
            settings.complain(
                "state", expected: Phrase(zh: "绝对路径", en: "an absolute path"), found: quoted(stateInFile))
        }
        let keys = settings.table("keys")
        keyTable = keys
        master = Configuration.masterKey(keys)
        olderMasters = keys.has("older") ? keys.secrets("older") : []
        let outside = Configuration.address(listen, "public")
        let inside = Configuration.address(listen, "private")
        Configuration.refuseOneDoor(listen, outside, inside)
        fixed = Fixed(
            publicAddress: outside, privateAddress: inside, ledger: ledger,
            state: state ?? manager.state ?? stateInFile,
            key: Data(SHA256.hash(data: ([master] + olderMasters).flatMap { Data(SHA256.hash(data: $0.bytes)) })).hex,
            floor: store.size("floor", default: 512 << 20))
        alerts = settings.optionalString("alerts")
        holdAfter = settings.optionalTable("deliver")?.int("hold-after", default: 12, in: 1...100) ?? 12
        retention = Retention(settings.optionalTable("retention"))
        clamd = Clamd(settings.optionalTable("clamd"))
        proxyTable = settings.optionalTable("proxies")
        proxies = proxyTable?.networks("networks") ?? []

        channels = settings.each("channels").compactMap { table in
            Configuration.adapter(table, Registry.channels, kind: { $0.kind })
        }
        destinations = settings.each("destinations").compactMap { table in
            Configuration.adapter(table, Registry.dispatchers, kind: { $0.kind })
        }
        Configuration.refuseDoubles(channels.map { ($0.name, $0.settings) })
        Configuration.refuseCompany(channels)
        Configuration.refuseDoubles(destinations.map { ($0.name, $0.settings) })
        if let alerts, !destinations.contains(where: { $0.name == alerts }) {
            settings.complain(
                "alerts", unknown: Phrase(zh: "目的地名称", en: "the name of a destination"), found: alerts,
                among: destinations.map(\.name))
        }
        do throws(ConfigurationError) {
            if let folder = Configuration.cityFolder(settings, beside: file) {
                city = try City.load(
                    directory: folder, destinations: destinations.map(\.name), channels: channels.map(\.name))
            } else {
                city = nil
            }
        } catch {
            city = nil
            for complaint in error.complaints { complaints.add(complaint) }
        }
    }

    /// Keys of the masters named here, not yet fitted to a ledger; lasting trouble where one is too short.
    func keys() throws(Trouble) -> Keys {
        try Keys(master: Data(master.bytes), older: olderMasters.map { Data($0.bytes) })
    }

    /// The city; a configuration without one is refused.
    func wantedCity() throws(ConfigurationError) -> City {
        if let city { return city }
        throw ConfigurationError([
            Complaint(
                file: file, line: 1, path: "city", expected: Phrase(zh: "城市数据目录", en: "the folder of the city's data"),
                found: Phrase(zh: "没有", en: "none"))
        ])
    }

    private enum LedgerKind: String, CaseIterable { case sqlite, postgres }

    /// Nil with a complaint where there is no such folder.
    private static func cityFolder(_ settings: Settings, beside file: String) -> String? {
        let text = settings.string("city")
        guard !text.isEmpty else { return nil }
        let path = text.hasPrefix("/") ? text : (file as NSString).deletingLastPathComponent + "/" + text
        var isFolder: ObjCBool = false
        if unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            return path
        }
        settings.complain(
            "city", expected: Phrase(zh: "城市数据目录", en: "the folder of the city's data"),
            found: Phrase(zh: "\(path) 没有这个目录", en: "no folder \(path)"))
        return nil
    }

    private static func connection(_ settings: Settings) -> String {
        let text = settings.secret("connection").text.trimmed
        if !text.isEmpty, !PostgresStore.canRead(conninfo: text) {
            settings.complain(
                "connection",
                expected: Phrase(
                    zh: "libpq 连接串，如 host=db dbname=intake user=intake password=…，或 postgresql://…",
                    en:
                        "a connection string of libpq, such as host=db dbname=intake user=intake password=…, or postgresql://…"
                ),
                found: notShown)
        }
        return text
    }

    private static func masterKey(_ settings: Settings) -> Secret {
        let key = settings.secret("master")
        let count = key.bytes.count
        if (1..<32).contains(count) {
            settings.complain(
                "master",
                expected: Phrase(
                    zh: "至少 32 字节的主密钥；可用 head -c 32 /dev/urandom | base64 生成",
                    en: "a master key of at least 32 bytes; make one with: head -c 32 /dev/urandom | base64"),
                found: Phrase(zh: "\(count) 字节", en: "\(count) bytes"))
        }
        return key
    }

    private static func adapter<Adapter>(
        _ table: Settings, _ types: [Adapter], kind: (Adapter) -> String
    ) -> (name: String, type: Adapter, settings: Settings)? {
        let name = table.string("name")
        // It stands in paths, in metrics and in names of lanes.
        if !name.isEmpty, name.utf8.count > 63 || name.wholeMatch(of: /[a-z0-9][a-z0-9_-]*/) == nil {
            table.complain(
                "name",
                expected: Phrase(
                    zh: "小写字母、数字、“-”“_”，至多 63 个", en: "lower-case letters, digits, - and _, at most 63 of them"),
                found: quoted(name))
        }
        let wanted = table.string("kind")
        if let type = types.first(where: { kind($0) == wanted }) { return (name, type, table) }
        table.complain(
            "kind", unknown: Phrase(zh: "适配器种类", en: "a kind of adapter"), found: wanted, among: types.map(kind))
        table.ignoreRest()
        return nil
    }

    private static func refuseDoubles(_ named: [(name: String, settings: Settings)]) {
        var seen: Set<String> = []
        for (name, settings) in named where !seen.insert(name).inserted {
            settings.complain(
                "name", expected: Phrase(zh: "未用过的名称", en: "a name not used before"), found: Phrase(stringLiteral: name)
            )
        }
    }

    private static func refuseCompany(_ channels: [(name: String, type: any Channel.Type, settings: Settings)]) {
        var seen: [String: String] = [:]
        for (name, type, settings) in channels where type.isAlone {
            if let first = seen.updateValue(name, forKey: type.kind) {
                settings.complain(
                    "kind", expected: Phrase(zh: "只有一个 \(type.kind) 渠道", en: "one channel of kind \(type.kind)"),
                    found: Phrase(zh: "已有 \(first)", en: "there is \(first) already"))
            }
        }
    }
}
