import ArgumentParser
import Intake

/// Names given to a command: a slip of the keyboard is told rather than answered with nothing.
extension OpenLedger {
    /// Whom a delivery went to: a department by its name, or the people on duty.
    func recipient(_ code: String) -> Phrase {
        code == "operator" ? Phrase(zh: "值班人员", en: "the operators") : city.name(ofDepartment: code)
    }

    /// A channel of the configuration, or one that left it but not the ledger.
    func expect(channel name: String) async throws {
        let names = configuration.channels.map(\.name)
        if names.contains(name) { return }
        let past = Set(try await store.classes().map(\.channel))
        if past.contains(name) { return }
        try Self.refuse(
            "--channel", Phrase(zh: "渠道名称", en: "the name of a channel"), found: name,
            among: names + past.subtracting(names).sorted())
    }

    /// A destination of the configuration, or one that work waits for.
    func expect(destination name: String) async throws {
        let names = configuration.destinations.map(\.name)
        let waiting = try await store.lanes().map(\.lane)
        if names.contains(name) || waiting.contains(.deliver(destination: name)) { return }
        try Self.refuse(
            "--destination", Phrase(zh: "目的地名称", en: "the name of a destination"), found: name, among: names)
    }

    /// A department of the city's data.
    func expect(department code: String) throws {
        if city.departments[code] != nil { return }
        try Self.refuse(
            "--department", Phrase(zh: "单位代码", en: "the code of a department"), found: code,
            among: city.departments.codes)
    }

    /// An area of the city's data.
    func expect(area code: String) throws {
        if city.areas[code] != nil { return }
        try Self.refuse("--area", Phrase(zh: "区域代码", en: "the code of an area"), found: code, among: city.areas.codes)
    }

    /// Says what an option should be, all of it where that is little, and ends with 64 (EX_USAGE of sysexits.h).
    static func refuse(_ option: String, _ expected: Phrase, found: String, among names: [String] = []) throws -> Never
    {
        let list = (1...12).contains(names.count) ? names.joined(separator: ", ") : ""
        let near = found.nearest(among: names)
        Terminal.complain(
            Terminal.both(
                "\(option)：应为\(expected.zh)\(list.isEmpty ? "" : "（\(list)）")；实为 \"\(found)\""
                    + (near.map { "；是否想写 \"\($0)\"？" } ?? ""),
                "\(option): expected \(expected.en)\(list.isEmpty ? "" : " (\(list))"), found \"\(found)\""
                    + (near.map { "; did you mean \"\($0)\"?" } ?? "")))
        throw ExitCode(64)
    }
}
