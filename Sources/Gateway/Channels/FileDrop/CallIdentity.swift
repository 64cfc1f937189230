import Crypto
import Foundation
import Intake

/// What the ledger knows a call by, so that the same file dropped twice makes one ticket and two calls never become one.
///
/// To lose a call is worse than to have a ticket twice, so that equal words alone do not make two files one call:
/// "喂？喂？" is said in many. The first of these that can be had is the name of the call:
/// 1. The telephone system's own id with the start of the call: certain, whatever the words.
/// 2. Its id alone. Counters start again after a repair: with other words it is another call.
/// 3. The start of the call with the bytes of the file (and the caller, if told).
/// 4. The bytes alone, where they hold times and enough words that no other call has the same.
/// 5. The bytes and the file's name: recorders name each call, and those who send a file again keep its name.
///
/// A file whose call facts were missing or unreadable was kept by one of the later names; when it comes again with its
/// facts mended, it is looked for by those, too. Where the ledger knows a name with other content, `KnownCall` tells
/// what is new in it; that is kept under `other`.
struct CallIdentity: Equatable {
    /// Why two files of one name are about the same call.
    enum Ground: Sendable {
        case idAndStart, idAlone, words, file
    }
    struct Name: Equatable, Sendable {
        var id: String
        var ground: Ground
    }
    /// Words of this many characters with times in milliseconds do not come twice.
    static let telling = 40

    var name: Name
    /// What this file may have been known by while less was known of its call, the surest first.
    var lesser: [Name]
    /// Of these very bytes and call facts under `name`, so that they too are kept once.
    var other: String

    init(_ submission: Submission, callID: String?, bytes: [UInt8], facts: [UInt8]?, name file: String) {
        let digest = SHA256.hash(data: bytes).hex
        let started = submission.call?.started.map { String($0.milliseconds) }
        var names: [Name] = []
        if let callID {
            if let started { names.append(Name(id: "call \(started) \(callID)", ground: .idAndStart)) }
            names.append(Name(id: "call \(callID)", ground: .idAlone))
        }
        if let started {
            let caller = submission.people.first?.contacts.first?.value ?? ""
            names.append(Name(id: "file \(digest) \(started) \(caller)", ground: .file))
        }
        let turns = submission.call?.turns ?? []
        let count = turns.reduce(0) { $0 + $1.text.unicodeScalars.count }
        if count >= CallIdentity.telling, turns.contains(where: { $0.start != nil }) {
            names.append(Name(id: "file \(digest)", ground: .words))
        }
        let last = Name(id: CallIdentity.unread(digest, name: file), ground: .file)
        name = names.first ?? last
        lesser = (names + [last]).filter { [name] in $0 != name }
        other = "more \(digest) \(facts.map { SHA256.hash(data: $0).hex } ?? "") \(name.id)"
    }

    /// For a file that could not be read: every one of its name and content is an arrival of its own.
    static func unread(_ bytes: [UInt8], name: String) -> String { unread(SHA256.hash(data: bytes).hex, name: name) }

    /// The same from the hexadecimal SHA-256 of a file too large for memory.
    static func unread(_ digest: String, name: String) -> String { "file \(digest) \(name)" }
}
