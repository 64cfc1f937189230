import Intake

/// The JSON that answers a webhook: `{"receipts": [{"id": …, "class": "ticket", "number": …, "code": …}]}`.
struct WebhookReceipts: Encodable {
    struct One: Encodable {
        /// Source id of the item.
        var id: String
        /// ticket, follow-up, quarantined, refused.
        var `class`: String
        var number: String?
        /// With the number, lets the citizen look the ticket up; not given for a follow-up, whose ticket may be somebody
        /// else's.
        var code: String?
        /// What is wrong with an item that could not be read, in the language of the sender's Accept-Language.
        var reason: String?
        /// Set when the same id came before with other content: this was kept too, on its own.
        var reused: Bool?
        /// What was not taken as it was sent, in the same language.
        var remarks: [String]?
        /// Whom the citizen should call at once, if the words call for it.
        var emergency: [EmergencyCall]?
    }
    var receipts: [One]

    /// - Parameter reused: positions of the items whose id came before with other content.
    init(
        _ items: [Item], _ receipts: [Receipt], reused: Set<Int>, _ keys: Keys, _ city: City?, _ language: Language
    ) {
        self.receipts = zip(items, receipts).enumerated().map { index, pair in
            let (item, receipt) = pair
            var one = One(id: item.sourceID, class: receipt.arrival.rawValue)
            one.number = receipt.ticket?.description
            if receipt.arrival == .ticket { one.code = receipt.ticket.map(keys.lookupCode) }
            if receipt.arrival == .quarantined, case .unreadable(let reason) = item.content {
                one.reason = Phrase(kept: reason)[language]
            }
            if reused.contains(index) { one.reused = true }
            if case .submission(let submission) = item.content {
                one.remarks = submission.told(as: receipt).map { $0.map { $0[language] } }
                one.emergency = EmergencyCall.all(in: submission, city)
            }
            return one
        }
    }
}
