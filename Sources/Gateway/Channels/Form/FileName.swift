import Intake

extension String {
    /// A file's name fit to be shown: without the folders some browsers send along and without control characters, at
    /// most 120 bytes of UTF-8 with its ending kept. Never used as a path.
    var asFileName: String {
        // By scalars: to a character, marks before or behind a slash belong to it and hide it.
        let last = unicodeScalars.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(Array.init) ?? []
        var clean = String(
            String.UnicodeScalarView(
                last.filter { scalar in
                    let category = scalar.properties.generalCategory
                    return ![.control, .format, .lineSeparator, .paragraphSeparator].contains(category)
                })
        ).trimmed
        guard clean.utf8.count > 120 else { return clean }
        // Masked before it is cut: part of a telephone number is none that the masker knows.
        clean = Masker.mask(clean)
        guard clean.utf8.count > 120 else { return clean }
        let ending = clean.lastIndex(of: ".").map { clean[$0...] }.flatMap { $0.utf8.count <= 10 ? $0 : nil } ?? ""
        var name = ""
        for character in clean {
            if name.utf8.count + String(character).utf8.count > 117 - ending.utf8.count { break }
            name.append(character)
        }
        // No mask word is left by half.
        if let open = name.lastIndex(of: "〔"), !name[open...].contains("〕") { name = String(name[..<open]) }
        return name + "…" + ending
    }
}
