/// Which ticket an item that names one (`Submission.followsUp`) may join. Numbers can be guessed, so that naming one
/// proves nothing.
package enum Joining: Sendable, Equatable {
    /// The one it names, whoever made it: the channel itself found it, by a conversation, a token or a Message-ID.
    case found
    /// The one it names, if the same sender made it on the same channel, or `code` is its look-up code. `sender`: which of
    /// several on the channel it is (an API key's id); nil where the channel is one sender. `code` as `Keys.lookupCode`
    /// writes it.
    case claimed(sender: String? = nil, code: String? = nil)
}

extension Submission {
    /// What is said to operator and sender of a report that names an earlier one and became a ticket of its own; nil where
    /// it names none. The same for every reason: whether a number exists is not for everybody. Masked.
    package var apart: Phrase? {
        guard let followsUp else { return nil }
        guard let number = TicketNumber(followsUp) else {
            let shown = Masker.mask(followsUp, cutTo: 60).split(whereSeparator: \.isNewline).joined(separator: " ")
            return Phrase(
                zh: "来件称是“\(shown)”的补充，这不是工单编号（应如 20261121-000042），已另立新单",
                en:
                    "it says it follows up \"\(shown)\", which is no ticket number (such as 20261121-000042); it became a ticket of its own"
            )
        }
        return Phrase(
            zh: "来件称是 \(number) 的补充，没有并入：该单已办结、查不到，或不是同一来源所立而又没有它的查询码；已另立新单",
            en:
                "it says it follows up \(number), but was not added there: that ticket is at an end or unknown, or another sender's and its look-up code was not given; it became a ticket of its own"
        )
    }
}
