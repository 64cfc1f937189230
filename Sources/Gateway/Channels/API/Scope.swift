/// What a key of the API may do; the word stands with the key, and after `--scope`.
enum Scope: String, Sendable, CaseIterable, CustomStringConvertible {
    /// Hand in reports and files, and add to reports.
    case submit
    /// See where a report stands whose look-up code is shown.
    case read

    var description: String { rawValue }
}
