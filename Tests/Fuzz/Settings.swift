import Intake

let settingsReaders = [
    Reader(name: "settings") { bytes in
        let complaints = Complaints()
        let settings = Settings.read(bytes: bytes, file: "intake.yaml", complaints: complaints)
        walk(settings, depth: 0)
        do throws(ConfigurationError) { try settings.conclude() } catch {
            law(!error.text(in: .chinese).isEmpty && !error.text(in: .english).isEmpty, "a complaint has words")
        }
    },
    Reader(name: "quantity") { bytes in
        let written = text(bytes)
        if let pause = duration(fromText: written) {
            law(duration(fromText: text(of: pause)) == pause, "a duration is written as it is read")
        }
        if let size = byteCount(fromText: written) {
            law(byteCount(fromText: text(ofBytes: size)) == size, "a size is written as it is read")
        }
        _ = Zone(written)
    },
]

private enum Word: String, CaseIterable { case sqlite, postgres }

/// Asks a table for everything as every kind of value.
private func walk(_ settings: Settings, depth: Int) {
    guard depth < 3 else { return settings.ignoreRest() }
    for name in ["listen", "store", "keys", "smtp", "api", "form", "limits"] {
        if let inner = settings.optionalTable(name) { walk(inner, depth: depth + 1) }
    }
    for name in ["channels", "destinations", "networks"] {
        for inner in settings.each(name) { walk(inner, depth: depth + 1) }
    }
    for name in ["name", "kind", "city", "public", "floor"] {
        _ = settings.optionalString(name)
        _ = settings.optionalInt(name, in: 1...100)
        _ = settings.bool(name, default: false)
        _ = settings.optionalDuration(name)
        _ = settings.size(name, default: 1)
        _ = settings.optionalChoice(name, of: Word.self)
        _ = settings.strings(name)
        _ = settings.optionalSecret(name)
    }
}
