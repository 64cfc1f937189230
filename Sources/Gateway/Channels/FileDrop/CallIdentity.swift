import Crypto
import Foundation
import Intake

/// What the ledger knows a call by, so that the same file dropped twice makes one ticket and two calls never become one.
///
/// To lose a call is worse than to have a ticket twice, so that equal words alone do not make two files one call:
/// "喂？喂？" is said in many. In this order:
/// 1. The telephone system's own id with the start of the call: certain, whatever the words.
/// 2. Its id alone. Counters start again after a repair: with other content it is another call.
/// 3. The start of the call with the bytes of the file (and the caller, if told).
/// 4. The bytes alone, where they hold times and enough words that no other call has the same.
/// 5. The bytes and the name: recorders name each call, and those who send a file again keep its name.
///
/// Where the ledger knows `id` with other content, `KnownCall` tells what is new in it; that is kept under `other`.
struct CallIdentity: Equatable {
    /// Words of this many characters with times in milliseconds do not come twice.
    static let telling = 40

    var id: String
    /// Of these very bytes and call facts under `id`, so that they too are kept once.
    var other: String
    /// Whether the same id is the same call.
    var isCertain = true

    init(_ submission: Submission, callID: String?, bytes: [UInt8], facts: [UInt8]?, name: String) {
        let digest = SHA256.hash(data: bytes).hex
        let started = submission.call?.started.map { String($0.milliseconds) }
        switch (callID, started) {
        case (let callID?, let started?): id = "call \(started) \(callID)"
        case (let callID?, nil):
            id = "call \(callID)"
            isCertain = false
        case (nil, let started?):
            id = "file \(digest) \(started) \(submission.people.first?.contacts.first?.value ?? "")"
        case (nil, nil):
            let turns = submission.call?.turns ?? []
            let telling =
                turns.contains { $0.start != nil }
                && turns.reduce(0) { $0 + $1.text.unicodeScalars.count } >= CallIdentity.telling
            id = telling ? "file \(digest)" : CallIdentity.unread(bytes, name: name)
        }
        other = "more \(digest) \(facts.map { SHA256.hash(data: $0).hex } ?? "") \(id)"
    }

    /// For a file that could not be read: every one of its name and content is an arrival of its own.
    static func unread(_ bytes: [UInt8], name: String) -> String { unread(SHA256.hash(data: bytes).hex, name: name) }

    /// The same from the hexadecimal SHA-256 of a file too large for memory.
    static func unread(_ digest: String, name: String) -> String { "file \(digest) \(name)" }
}
