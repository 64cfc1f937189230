import ArgumentParser
import Foundation
import Intake

/// Keys of integrators, and the master key.
struct KeyCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: Terminal.both(
            "接口密钥：新增、列出、吊销；主密钥：更换、换根", "API keys: add, list, revoke; the master key: rotate, renew"),
        subcommands: [Add.self, List.self, Revoke.self, Rotate.self, Renew.self], aliases: ["keys"])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: Terminal.both("新增密钥，只显示一次", "Add a key; it is shown this once"))

        @OptionGroup var place: Where
        @OptionGroup var form: Form
        @Argument(help: "给谁用 Whom it is for") var name: String
        @Option(
            parsing: .upToNextOption,
            help: "可以做什么：submit 提交，read 查询，可以都给 What it may do: submit, read, or both")
        var scope: [String]

        private struct Shown: Encodable {
            var id: String
            var name: String
            var key: String
            var scopes: [String]
        }

        func validate() throws {
            let known = Scope.allCases.map(\.rawValue).joined(separator: "|")
            guard !scope.isEmpty else {
                throw ValidationError(
                    Terminal.both(
                        "须写可以做什么：--scope \(known)",
                        "expected what it may do: --scope \(known)"))
            }
            for one in scope where Scope(rawValue: one) == nil {
                let near = one.nearest(among: Scope.allCases.map(\.rawValue))
                throw ValidationError(
                    Terminal.both(
                        "--scope：应为 \(known)；实为 \"\(one)\"" + (near.map { "；是否想写 \"\($0)\"？" } ?? ""),
                        "--scope: expected \(known), found \"\(one)\""
                            + (near.map { "; did you mean \"\($0)\"?" } ?? "")))
            }
            guard !name.trimmed.isEmpty, name.count <= 80 else {
                throw ValidationError(
                    Terminal.both("名称应为 1 到 80 个字符", "expected a name of 1 to 80 characters"))
            }
        }

        func run() async throws {
            try await place.withLedger { ledger in
                let secret = "ik_" + KeyCommands.random(32)
                let key = APIKey(
                    id: KeyCommands.random(8), name: name.trimmed, hash: ledger.keys.secretHash(secret),
                    scopes: Set(scope), created: ledger.now)
                try await ledger.store.addKey(key)
                if form.json {
                    return try Terminal.say(
                        json: Shown(id: key.id, name: key.name, key: secret, scopes: key.scopes.sorted()))
                }
                Terminal.say(secret)
                Terminal.complain(
                    Terminal.both(
                        "密钥 \(key.id) 已新增。请现在保存：账本里只有它的摘要，以后再也看不到。",
                        "key \(key.id) was added. Keep it now: the ledger holds only its digest, it cannot be shown again."
                    ))
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: Terminal.both("列出密钥", "List the keys"))

        @OptionGroup var place: Where
        @OptionGroup var form: Form

        private struct Row: Encodable {
            var id: String
            var name: String
            var scopes: [String]
            var created: Instant
            var revoked: Instant?
            var used: Instant?
        }

        func run() async throws {
            try await place.withLedger { ledger in
                let rows = try await ledger.store.keys().map { key in
                    Row(
                        id: key.id, name: key.name, scopes: key.scopes.sorted(), created: key.created,
                        revoked: key.revoked, used: key.used)
                }
                if form.json { return try rows.forEach { try Terminal.say(json: $0) } }
                var table = Table(heads: [
                    "id", Terminal.both("名称", "name"), Terminal.both("可做", "scopes"), Terminal.both("新增", "added"),
                    Terminal.both("最近使用", "last used"), Terminal.both("吊销", "revoked"),
                ])
                table.rows = rows.map { row in
                    [
                        row.id, row.name, row.scopes.joined(separator: " "), ledger.time(row.created),
                        ledger.time(row.used), ledger.time(row.revoked),
                    ]
                }
                Terminal.say(table.text)
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: Terminal.both(
                "吊销密钥，\(seconds) 秒内生效", "Revoke a key; it is refused within \(seconds) seconds"))

        /// A daemon remembers a key for so long.
        private static let seconds = KeyRing.memory.components.seconds

        @OptionGroup var place: Where
        @Argument(help: "密钥编号（见 key list） Id of the key, see key list") var id: String

        func run() async throws {
            try await place.withLedger { ledger in
                guard try await ledger.store.revokeKey(id: id, at: ledger.now) else {
                    throw Trouble.lasting(
                        Terminal.both("没有密钥 \(id)，或已吊销", "there is no key \(id), or it is revoked already"))
                }
                Terminal.say(
                    Terminal.both(
                        "已吊销 \(id)，\(Self.seconds) 秒内失效", "revoked \(id); refused within \(Self.seconds) seconds"))
            }
        }
    }

    /// Random characters of the base 32 of RFC 4648 in small letters: five bits each, from the system's generator.
    static func random(_ count: Int) -> String {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567")
        return String((0..<count).map { _ in alphabet[Int.random(in: 0..<32)] })
    }
}
