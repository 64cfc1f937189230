import Foundation
import Intake

/// What becomes of one file: the item for the ledger. Pure, so that kept bytes are read again in the same way.
struct CallReading: Sendable {
    var reader: TranscriptReader
    var report: CallReport

    /// One transcript, with the bytes of its side-car if it has one. `name` is the file's as `DropName` writes it.
    /// - Returns: the item, and how its call is known; nil for what could not be read.
    func item(_ bytes: [UInt8], name: String, facts: [UInt8]?) -> (item: Item, call: CallIdentity?) {
        if name.lowercased().hasSuffix(DropFile.facts) {
            return unread(
                bytes, name, .unreadable("只有通话信息，没有转写文件", "call facts without their transcript: look for the call"))
        }
        do throws(Trouble) {
            var transcript = try reader.read(bytes, name: name)
            var sidecar: CallFacts?
            if let facts {
                do throws(Trouble) { sidecar = try CallFacts(facts) } catch {
                    // The caller's words are worth more than the facts; the ticket says what is missing. What the caller
                    // asked may have been among it.
                    transcript.remarks.append(.factsUnreadable(error.words))
                    sidecar = CallFacts()
                    sidecar?.confidential = true
                }
            }
            let submission = report.submission(transcript, facts: sidecar)
            let callID = sidecar?.callID ?? transcript.facts?.callID
            let call = CallIdentity(submission, callID: callID, bytes: bytes, facts: facts, name: name)
            return (Item(sourceID: call.name.id, content: .submission(submission)), call)
        } catch {
            return unread(bytes, name, error)
        }
    }

    private func unread(_ bytes: [UInt8], _ name: String, _ trouble: Trouble) -> (item: Item, call: CallIdentity?) {
        (Item(sourceID: CallIdentity.unread(bytes, name: name), content: .unreadable(trouble.words.kept)), nil)
    }
}
