import Foundation

/// What is inside the sealed envelope of a parcel: the envelope as its channel gave it, and what belongs to it, so that
/// whoever can write to the database puts no other bytes under it, no entry under another parcel, and no ticket under
/// another's source id, unseen.
package struct KeptEnvelope: Sendable, Codable, Equatable {
    /// One thing that came in it.
    package struct Item: Sendable, Codable, Equatable {
        /// Of its arrival.
        var key: String
        /// Digests of the entries it may have become.
        var entries: [String]
    }
    package var headers: [String: String]
    /// Digest of the body, or the name of its blob.
    package var body: String
    var items: [Item]
}

extension Keys {
    /// The envelope of a kept parcel; needs a person if it does not open.
    package func envelope(_ sealed: Sealed) throws(Trouble) -> KeptEnvelope {
        try open(KeptEnvelope.self, sealed, as: "envelope")
    }

    /// What stands for the body of a parcel in its envelope.
    func mark(of body: Parcel.Body) -> String {
        switch body {
        case .bytes(let bytes): index.code(of: Data("body\u{0}".utf8), bytes).prefix(16).hex
        case .blob(let id, _): id.hex
        }
    }

    /// What stands for an entry, by its digest, or an arrival, by its key, where something belongs to it: as good, and
    /// shorter.
    static func mark(of entry: Data) -> String { entry.prefix(16).hex }

    /// A contact of a ticket with these entries. Needs a person if it came with none of them: it is another's.
    package func open(_ contact: TicketContact, of entries: [Entry]) throws(Trouble) -> KeptContact {
        let kept = try open(KeptContact.self, contact.sealed, as: "contact")
        guard entries.contains(where: { kept.of.contains(Keys.mark(of: $0.digest)) }) else {
            throw .needsPerson(
                "联系方式 \(contact.id) 不是随这张工单来的；请运行 intake audit verify",
                "contact \(contact.id) did not come with this ticket; run: intake audit verify")
        }
        return kept
    }

    /// What a delivery carries. Needs a person if it was written for another ticket or another recipient.
    package func message(of delivery: Delivery) throws(Trouble) -> Message {
        let message = try open(Message.self, delivery.content, as: "delivery")
        guard message.ticket.id == delivery.ticket, message.recipient == delivery.recipient else {
            throw .needsPerson(
                "派发 \(delivery.id) 的内容是给别的工单或别人的；请运行 intake audit verify",
                "delivery \(delivery.id) carries what was meant for another ticket or recipient; run: intake audit verify"
            )
        }
        return message
    }
}

extension Message {
    /// The ticket it was written for.
    package var ticket: TicketNumber {
        switch self {
        case .workOrder(let order): order.number
        case .recall(let recall): recall.number
        case .receipt(let receipt): receipt.number
        case .alert(let alert): alert.number
        }
    }

    /// Whom it was written for: the code of a department, "citizen" or "operator".
    package var recipient: String {
        switch self {
        case .workOrder(let order): order.department.code
        case .recall(let recall): recall.department.code
        case .receipt: "citizen"
        case .alert: "operator"
        }
    }
}
