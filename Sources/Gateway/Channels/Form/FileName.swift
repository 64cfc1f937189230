import Intake

extension String {
    /// A file's name fit to be shown: without the folders some browsers send along and without control characters, at
    /// most 120 bytes of UTF-8 with its ending kept. Never used as a path.
    var asFileName: String {
        let last = split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
        let clean = String(
            String.UnicodeScalarView(
                last.unicodeScalars.filter { scalar in
                    let category = scalar.properties.generalCategory
                    return category != .control && category != .format
                })
        ).trimmed
        guard clean.utf8.count > 120 else { return clean }
        let ending = clean.lastIndex(of: ".").map { clean[$0...] }.flatMap { $0.utf8.count <= 10 ? $0 : nil } ?? ""
        var name = ""
        for character in clean {
            if name.utf8.count + String(character).utf8.count > 117 - ending.utf8.count { break }
            name.append(character)
        }
        return name + "…" + ending
    }
}
