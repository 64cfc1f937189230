/// Payload of a `revealed` entry: who looked is the entry's actor.
package struct Revealed: Sendable, Equatable, Codable {
    /// Why, in the words of whoever looked; no identity.
    package var reason: String
    /// What was shown: "identity", "phone".
    package var shown: String
    package init(reason: String, shown: String) {
        self.reason = reason
        self.shown = shown
    }
}

/// Payload of a `replayed` entry.
package struct Replayed: Sendable, Equatable, Codable {
    /// Number in the quarantine.
    package var quarantined: Int64
    /// The parcel it came in: its envelope was sealed before anybody could read it.
    package var parcel: Int64
    /// When it came.
    package var arrived: Instant
    /// Why it had been there.
    package var reason: String
    package init(quarantined: Int64, parcel: Int64, arrived: Instant, reason: String) {
        self.quarantined = quarantined
        self.parcel = parcel
        self.arrived = arrived
        self.reason = reason
    }
}

/// Payload of a `requeued` entry: the ticket is to be routed again.
package struct Requeued: Sendable, Equatable, Codable {
    /// Why, in the words of whoever asked; no identity.
    package var reason: String
    package init(reason: String) { self.reason = reason }
}

/// Payload of `preserved` and `unpreserved` entries.
package struct Preserved: Sendable, Equatable, Codable {
    /// Why, in the words of whoever asked; no identity.
    package var reason: String
    package init(reason: String) { self.reason = reason }
}

/// What of a ticket can be erased. The raw values are stored: they are never renamed.
package enum ErasurePart: String, Sendable, Codable, CaseIterable {
    /// Contacts, and the bytes the reports came as, which name them too.
    case identity
    /// What was said, in entries and messages, and the bytes it came as.
    case text
    case attachments
}

/// Payload of an `erased` entry: what went, and who outside still has it.
package struct Erased: Sendable, Equatable, Codable {
    package var parts: Set<ErasurePart>
    /// Why, in the words of whoever asked, or the setting; no identity.
    package var reason: String
    package var contacts: Int
    package var entries: Int
    package var messages: Int
    package var parcels: Int
    package var files: Int
    /// Orders not handed over yet that are written anew without the files.
    package var orders: Int
    /// Departments that were handed a copy and were not reached by this; `operator` for the people on duty.
    package var copies: [String]
    /// What stays with the sources it came from, in both languages.
    package var elsewhere: [String]

    package init(
        parts: Set<ErasurePart>, reason: String, contacts: Int = 0, entries: Int = 0, messages: Int = 0,
        parcels: Int = 0, files: Int = 0, orders: Int = 0, copies: [String] = [], elsewhere: [String] = []
    ) {
        self.parts = parts
        self.reason = reason
        self.contacts = contacts
        self.entries = entries
        self.messages = messages
        self.parcels = parcels
        self.files = files
        self.orders = orders
        self.copies = copies
        self.elsewhere = elsewhere
    }
}

/// Payload of a `screened` entry.
package struct Screened: Sendable, Equatable, Codable {
    /// One file by the entry that names it and its place there.
    package struct File: Sendable, Equatable, Codable {
        package var sequence: Int
        package var index: Int
        /// What the scanner called what it found.
        package var virus: String?
        /// The scanner does not take files as large: nobody looked through it.
        package var size: Size
        /// What became of a file that is too large, by the settings of that day. The raw values are stored.
        package enum Size: String, Sendable, Codable {
            case taken, withheld, passed
        }
        package init(sequence: Int, index: Int, virus: String? = nil, size: Size = .taken) {
            self.sequence = sequence
            self.index = index
            self.virus = virus
            self.size = size
        }

        /// Why no department gets it; nil where they do.
        var kept: Phrase? {
            if let virus { return Phrase(zh: "含病毒 \(virus)，已隔离", en: "holds the virus \(virus) and is kept away") }
            if size == .withheld {
                return Phrase(zh: "太大，没有查毒，不送单位", en: "too large to be looked through for viruses, and is kept away")
            }
            return nil
        }
    }
    package var files: [File]
    package init(files: [File]) { self.files = files }
}
