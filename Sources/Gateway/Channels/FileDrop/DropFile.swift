import Intake

/// What a name in `incoming/` stands for.
enum DropFile: Equatable {
    /// Added to a file's whole name: `call.json.meta.json` holds the facts of `call.json`.
    static let facts = ".meta.json"
    /// Added to a file's whole name: `call.json.done` says that `call.json` is whole.
    static let marker = ".done"
    /// How names of files that are still being written end, after the habits of transfer programs.
    static let unfinished = [".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp", "~"]

    case transcript
    /// Belongs to the file of this name.
    case callFacts(of: DropName)
    case doneMarker(of: DropName)
    /// Hidden or still being written: not ours.
    case passedOver

    init(_ name: DropName) {
        if name.bytes.first == 0x2E || DropFile.unfinished.contains(where: name.ends) {
            self = .passedOver
        } else if name.ends(in: DropFile.facts), let file = name.dropping(DropFile.facts) {
            self = .callFacts(of: file)
        } else if name.ends(in: DropFile.marker), let file = name.dropping(DropFile.marker) {
            self = .doneMarker(of: file)
        } else {
            self = .transcript
        }
    }
}
