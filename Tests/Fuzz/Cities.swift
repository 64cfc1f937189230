import Foundation

@testable import Intake

/// The small city of the fixtures, which `deploy/fuzz` finds by its path from the repository's root.
private let files: [String: [UInt8]] = {
    let place = "Tests/Fixtures/small-city"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
    return Dictionary(
        uniqueKeysWithValues: names.compactMap { name in
            boundedContents("\(place)/\(name)", limit: 1 << 20).map { (name, $0) }
        })
}()

private let smallCity: City? = try? City(files, nil, nil, Complaints())

/// One file of the city is the input, the others are sound.
private func reader(_ file: String) -> Reader {
    Reader(name: "city-" + file.prefix { $0 != "." }) { bytes in
        var contents = files
        contents[file] = bytes
        let city: City
        do throws(ConfigurationError) { city = try City(contents, nil, nil, Complaints()) } catch {
            return law(!error.text(in: .chinese).isEmpty, "a complaint has words")
        }
        judge(Submission(kind: .complaint, text: "幸福路的路灯不亮，漏水，着火了"), city)
    }
}

private func judge(_ submission: Submission, _ city: City) {
    let at = Instant(seconds: 1_795_000_000)
    let (settled, rules) = city.explain(submission, channel: "form", at: at)
    law(!settled.decision.lead.isEmpty && !rules.isEmpty, "every report has an owner")
    let deadlines = city.deadlines(settled.decision, from: at)
    law(
        [deadlines.sign, deadlines.contact, deadlines.resolve].compactMap(\.self).allSatisfy { $0 >= at },
        "no deadline is over at once")
    guard let kept = try? JSON.encode(settled) else { return law(false, "what was settled can be kept") }
    law((try? JSON.decode(Settled.self, kept)) == settled, "what was settled is read as it was")
}

let cityReaders =
    [
        "areas.geojson", "areas.yaml", "calendar.yaml", "cases.yaml", "catalogue.yaml", "categories.yaml",
        "departments.yaml", "emergency.yaml", "keywords.yaml", "places.yaml",
    ].map { file in
        var one = reader(file)
        if file == "areas.geojson" { one.name = "city-shapes" }
        return one
    } + [
        Reader(name: "words") { bytes in
            let parts = fields(bytes, 3)
            guard let city = smallCity else { return law(false, "the city of the fixtures is sound") }
            let place = Place(text: text(parts[0]), area: text(parts[1]), point: nil)
            judge(Submission(text: text(parts[2]), category: text(parts[1]), place: place), city)
        }
    ]
