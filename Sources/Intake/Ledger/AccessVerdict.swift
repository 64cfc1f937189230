import Foundation

/// Whether the access log is what it was: each line opens and follows the one before, and none is missing before the one
/// that the checkpoints saw last.
struct AccessVerdict {
    var lines = 0
    var findings: [Audit.Finding] = []

    /// - Parameter tied: the head of it that a checkpoint saw last.
    static func read(_ store: any Store, keys: Keys, tied: AccessHead) async throws(Trouble) -> AccessVerdict {
        var verdict = AccessVerdict()
        // Again, because lines may be forgotten, with right, between two reads.
        for _ in 0..<3 {
            verdict = try await AccessVerdict(store, keys, tied)
            if verdict.findings.isEmpty { break }
        }
        return verdict
    }

    private init() {}

    private init(_ store: any Store, _ keys: Keys, _ tied: AccessHead) async throws(Trouble) {
        var page = try await store.accessLog(after: 0, limit: 500)
        var head = AccessHead.start
        if let kept = page.forgotten {
            if let begun = AccessHead(forgotten: kept, keys: keys) {
                head = begun
            } else {
                tell("查看记录开头的标记被改过", "the mark where the access log begins was changed")
                head = AccessHead(unverified: kept) ?? head
            }
        }
        var seen = head.id == tied.id ? head : nil
        while !page.lines.isEmpty {
            for line in page.lines {
                if line.id != head.id &+ 1 {
                    tell(
                        "查看记录第 \(head.id &+ 1) 到 \(line.id - 1) 条没有了：已被删除",
                        "lines \(head.id &+ 1) to \(line.id - 1) of the access log were removed")
                } else if !follows(line, head, keys) {
                    tell("查看记录第 \(line.id) 条被改过", "line \(line.id) of the access log was changed")
                }
                head = AccessHead(id: line.id, hash: line.hash)
                if head.id == tied.id { seen = head }
                lines += 1
            }
            page = try await store.accessLog(after: head.id, limit: 500)
        }
        if head.id < tied.id {
            tell(
                "查看记录到第 \(head.id) 条为止，检查点见过第 \(tied.id) 条：末尾被删除",
                "the access log ends with line \(head.id), a checkpoint saw line \(tied.id): its end was removed")
        } else if let seen, seen != tied {
            tell("查看记录第 \(tied.id) 条与检查点见过的不同", "line \(tied.id) of the access log is not what the checkpoint saw")
        }
    }

    private func follows(_ line: Access, _ head: AccessHead, _ keys: Keys) -> Bool {
        guard let plain = try? keys.open(line.sealed, as: "access"), keys.accessDigest(plain) == line.digest else {
            return false
        }
        let new = NewAccess(
            at: line.at, actor: line.actor, ticket: line.ticket, sealed: line.sealed, digest: line.digest)
        return head.next(new, keys: keys).hash == line.hash
    }

    private mutating func tell(_ zh: String, _ en: String) {
        guard findings.count < Audit.kept else { return }
        findings.append(Audit.Finding(what: .accessLog, words: Phrase(zh: zh, en: en)))
    }
}
