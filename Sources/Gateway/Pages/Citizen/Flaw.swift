/// One thing a citizen must mend before a form can be taken in. Each says which field it is about and, in `Words`, what
/// to do.
package enum Flaw: Sendable, Equatable {
    case textMissing
    /// Characters.
    case textTooLong(limit: Int)
    case fieldTooLong(FormField, limit: Int)
    /// So long that only its beginning was kept; `limit` in characters, where people are held to one.
    case fieldCut(FormField, limit: Int?)
    /// A kind, category or area that is not (or no longer) offered.
    case choiceUnknown(FormField)
    case phoneUnreadable
    case mailUnreadable
    case consentMissing
    case tooManyFiles(limit: Int, dropped: [String])
    /// Bytes.
    case fileTooLarge(String, limit: Int64)
    case filesTooLarge(limit: Int64, dropped: [String])
    /// So many files uploaded with an earlier try are gone.
    case filesExpired(Int)
    /// Files that came with a form that could not be taken in at all.
    case filesUnwanted([String])
    case fileRefused(String)
    case fileEmpty(String)
    case tooFast
    case tokenOld
    /// The form was a report already, and now says something else.
    case tokenUsed
    case trapped
    /// Another site's page sent the form.
    case foreign
    case tooMany(minutes: Int)
    case busy

    /// The field the summary links to; nil where sending again is all that is needed.
    package var field: FormField? {
        switch self {
        case .textMissing, .textTooLong: .text
        case .fieldTooLong(let field, _), .fieldCut(let field, _), .choiceUnknown(let field): field
        case .phoneUnreadable: .phone
        case .mailUnreadable: .mail
        case .consentMissing: .consent
        case .tooManyFiles, .fileTooLarge, .filesTooLarge, .filesUnwanted, .filesExpired, .fileRefused, .fileEmpty:
            .files
        case .trapped: .trap
        case .tooFast, .tokenOld, .tokenUsed, .foreign, .tooMany, .busy: nil
        }
    }

    /// Whether something that was sent is not there any more.
    package var loses: Bool {
        switch self {
        case .fieldCut, .tooManyFiles, .fileTooLarge, .filesTooLarge, .filesUnwanted, .filesExpired, .fileRefused,
            .fileEmpty:
            true
        default: false
        }
    }

    /// A stable word for counting.
    package var word: String {
        switch self {
        case .textMissing: "text-missing"
        case .textTooLong, .fieldTooLong, .fieldCut: "too-long"
        case .choiceUnknown: "choice-unknown"
        case .phoneUnreadable, .mailUnreadable: "contact-unreadable"
        case .consentMissing: "consent-missing"
        case .tooManyFiles: "too-many-files"
        case .fileTooLarge, .filesTooLarge: "file-too-large"
        case .filesUnwanted: "files-unwanted"
        case .filesExpired: "files-expired"
        case .fileRefused: "file-refused"
        case .fileEmpty: "file-empty"
        case .tooFast: "too-fast"
        case .tokenOld: "token-old"
        case .tokenUsed: "token-used"
        case .trapped: "trapped"
        case .foreign: "foreign"
        case .tooMany: "rate"
        case .busy: "busy"
        }
    }

    /// The HTTP status of a page with this flaw (RFC 9110, 15.5; RFC 6585).
    package var status: Int {
        switch self {
        case .tooManyFiles, .fileTooLarge, .filesTooLarge, .textTooLong, .fieldTooLong, .fieldCut: 413
        case .fileRefused: 415
        case .foreign: 403
        case .tooMany: 429
        case .busy: 503
        case .textMissing, .choiceUnknown, .phoneUnreadable, .mailUnreadable, .consentMissing, .fileEmpty,
            .filesUnwanted, .filesExpired, .tooFast,
            .tokenOld, .tokenUsed, .trapped:
            422
        }
    }
}

/// The fields of the form by the names they are posted under, which are also the `id`s of their elements.
package enum FormField: String, Sendable, CaseIterable {
    case token
    case kind
    case text
    case category
    case place
    case district
    case street
    case community
    case latitude
    case longitude
    case files
    /// A file uploaded with an earlier try, as listed on the page.
    case kept
    /// One of those that the citizen no longer wants.
    case remove
    /// Leave the position out although the script filled it in.
    case unplaced
    case identity
    case name
    case phone
    case mail
    case consent
    case language = "lang"
    /// Honeypot. Named like something a robot likes to fill in.
    case trap = "website"
    /// Which button was pressed.
    case act
}
