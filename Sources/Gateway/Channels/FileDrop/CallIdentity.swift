import Crypto
import Foundation
import Intake

/// What the ledger knows a call by, so that the same file dropped twice makes one ticket and two calls never become one.
///
/// To lose a call is worse than to have a ticket twice, so that equal words alone do not make two files one call:
/// "喂？喂？" is said in many. In this order:
/// 1. The telephone system's own id with the start of the call: certain, whatever the words. A second transcription of
///    the same call is a repeat.
/// 2. Its id alone. Counters start again after a repair; if the ledger knows the id with other content, `other` is
///    tried, and the call becomes a ticket of its own with a remark.
/// 3. The start of the call with the bytes of the file (and the caller, if told).
/// 4. The bytes alone, where they hold times and enough words that no other call has the same.
/// 5. The bytes and the name: recorders name each call, and those who send a file again keep its name.
struct CallIdentity: Equatable {
    /// Words of this many characters with times in milliseconds do not come twice.
    static let telling = 40

    var id: String
    /// To be tried if `id` turns out to have been used for something else.
    var other: String?

    init(_ submission: Submission, callID: String?, bytes: [UInt8], name: String) {
        let digest = SHA256.hash(data: bytes).hex
        let started = submission.call?.started.map { String($0.milliseconds) }
        switch (callID, started) {
        case (let callID?, let started?): id = "call \(started) \(callID)"
        case (let callID?, nil):
            id = "call \(callID)"
            other = "call \(digest) \(callID)"
        case (nil, let started?):
            id = "file \(digest) \(started) \(submission.people.first?.contacts.first?.value ?? "")"
        case (nil, nil):
            let turns = submission.call?.turns ?? []
            let telling =
                turns.contains { $0.start != nil }
                && turns.reduce(0) { $0 + $1.text.unicodeScalars.count } >= CallIdentity.telling
            id = telling ? "file \(digest)" : CallIdentity.unread(bytes, name: name)
        }
    }

    /// For a file that could not be read: every one of its name and content is an arrival of its own.
    static func unread(_ bytes: [UInt8], name: String) -> String { unread(SHA256.hash(data: bytes).hex, name: name) }

    /// The same from the hexadecimal SHA-256 of a file too large for memory.
    static func unread(_ digest: String, name: String) -> String { "file \(digest) \(name)" }
}
