import Intake
import Synchronization

/// The list of categories in each language, made once for each version of the city's data: it stands on every form.
final class Offers: Sendable {
    private struct Made {
        var version = ""
        var lists: [Language: [FormOffer.Group]] = [:]
    }
    private let made = Mutex(Made())

    func categories(of city: City, _ words: Words) -> [FormOffer.Group] {
        made.withLock { made in
            if made.version != city.version { made = Made(version: city.version) }
            if let list = made.lists[words.language] { return list }
            let list = city.categories.roots.map { root in
                let below = Self.below(root, city.categories, words, prefix: "")
                let choices = below.isEmpty ? [Choice(code: root.code, name: words.say(root.name))] : below
                return FormOffer.Group(name: words.say(root.name), choices: choices)
            }
            made.lists[words.language] = list
            return list
        }
    }

    /// Everything below one, each named by its way from there.
    private static func below(
        _ category: Intake.Category, _ tree: Hierarchy<Intake.Category>, _ words: Words, prefix: String
    ) -> [Choice] {
        tree.children(of: category.code).flatMap { child in
            let name = prefix + words.say(child.name)
            return [Choice(code: child.code, name: name)] + below(child, tree, words, prefix: name + " › ")
        }
    }
}
