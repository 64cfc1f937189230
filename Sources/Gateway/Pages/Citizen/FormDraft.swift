package import Intake

/// What stands in the form: empty at first, and whatever was typed and uploaded when it is shown again.
package struct FormDraft: Sendable, Equatable {
    /// Who may know who reported it.
    package enum Identity: String, Sendable, CaseIterable { case open, confidential, anonymous }

    /// A file uploaded with an earlier try.
    package struct Kept: Sendable, Equatable {
        /// Names it within the form (`StagedFile.file`).
        package var id: String
        package var name: String
        package var type: String
        /// Bytes.
        package var size: Int64

        package init(id: String, name: String, type: String, size: Int64) {
            self.id = id
            self.name = name
            self.type = type
            self.size = size
        }
    }

    package var token = ""
    package var kind: Kind?
    package var text = ""
    package var category = ""
    package var place = ""
    package var district = ""
    package var street = ""
    package var community = ""
    package var latitude = ""
    package var longitude = ""
    package var kept: [Kept] = []
    package var identity = Identity.open
    package var name = ""
    package var phone = ""
    package var mail = ""
    package var consented = false
    package var trap = ""

    package init() {}
}

/// Something to choose from a list.
package struct Choice: Sendable, Equatable {
    package var code: String
    package var name: String

    package init(code: String, name: String) {
        self.code = code
        self.name = name
    }
}

/// What the form offers, given what is chosen so far.
package struct FormOffer: Sendable, Equatable {
    /// A heading of the category list with what stands under it.
    package struct Group: Sendable, Equatable {
        package var name: String
        package var choices: [Choice]

        package init(name: String, choices: [Choice]) {
            self.name = name
            self.choices = choices
        }
    }

    package var categories: [Group] = []
    package var districts: [Choice] = []
    /// Inside the chosen district; empty while none is chosen.
    package var streets: [Choice] = []
    /// Inside the chosen street.
    package var communities: [Choice] = []
    /// Files in one report.
    package var files = 9
    /// Bytes of one file, and of one video.
    package var fileSize: Int64 = 200 << 20
    package var videoSize: Int64 = 200 << 20
    /// Characters of the text.
    package var textLength = 5000
    /// What the script warns of while somebody types, and phrases that only sound like it.
    package var emergencies: [EmergencyNotice] = []
    package var harmless: [String] = []

    package init() {}
}
