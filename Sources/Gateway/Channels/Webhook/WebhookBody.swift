package import Intake

/// The body of a webhook: `{"type": "intake.submitted", "timestamp": "…", "data": …}`, where `data` is one item, an
/// array of items, or `{"items": […]}`; an item is a `SubmissionForm`. `type` may be missing.
///
/// The source id of an item is its own `id`, else `webhook-id`, with "#" and the position when there are several. An
/// item that cannot be read is unreadable alone; its neighbours pass.
package enum WebhookBody {
    package static let type = "intake.submitted"
    package static let mostItems = 1_000

    /// Reads a verified body. `id` is `webhook-id`. Throws a lasting trouble when the body as a whole cannot be read.
    package static func read(_ body: [UInt8], id: String) throws(Trouble) -> [Item] {
        let whole = try JSONValue.read(body)
        guard case .object(let members) = whole else {
            throw .lasting(
                "应为含 type、timestamp、data 的对象，实为\(whole.sort.zh)",
                "expected an object with type, timestamp and data, found \(whole.sort.en)")
        }
        for name in ["type", "data"] where members.count(where: { $0.name == name }) > 1 {
            throw .lasting("“\(name)”应只出现一次，出现了两次", "expected \"\(name)\" once, found it twice")
        }
        switch whole.member("type") {
        case nil, .null, .string(Self.type): break
        default:
            throw .lasting(
                "type 应为 \(Self.type)：其他事件请送别的渠道",
                "expected the type \(Self.type), found another: send other events to another channel")
        }
        guard let data = whole.member("data"), data != .null else {
            throw .lasting("缺 data：应为一项或多项", "expected \"data\" with an item or an array of items, found none")
        }
        return read(items: try items(data), id: id)
    }

    /// The items, and whether they stood in a list.
    private static func items(_ data: JSONValue) throws(Trouble) -> (values: [JSONValue], several: Bool) {
        let values: [JSONValue]
        switch data {
        case .array(let list): values = list
        case .object(let members):
            guard members.contains(where: { $0.name == "items" }) else { return ([data], false) }
            guard case .array(let list)? = data.member("items") else {
                throw .lasting("items 应为数组且只出现一次", "expected \"items\" once, as an array, found something else")
            }
            values = list
        default:
            throw .lasting(
                "data 应为一项或多项，实为\(data.sort.zh)",
                "expected \"data\" with an item or an array of items, found \(data.sort.en)")
        }
        guard !values.isEmpty else {
            throw .lasting("至少要有一项，数组是空的", "expected at least one item, found an empty array")
        }
        guard values.count <= mostItems else {
            throw .lasting(
                "至多 \(mostItems) 项，实有 \(values.count)：请分批发送",
                "expected \(mostItems) items at most, found \(values.count): send fewer at once")
        }
        return (values, true)
    }

    private static func read(items: (values: [JSONValue], several: Bool), id: String) -> [Item] {
        var seen: [String: Int] = [:]
        var taken: Set<String> = []
        /// The id, or with marks behind it where an item before this one came to have it: none hides another.
        func free(_ id: String) -> String {
            var id = id
            while !taken.insert(id).inserted { id += "#" }
            return id
        }
        var result: [Item] = []
        for (position, value) in items.values.enumerated() {
            let given = items.several ? "\(id)#\(position)" : id
            do {
                let form = try SubmissionForm.read(value)
                if let own = form.id, let earlier = seen.updateValue(position, forKey: own) {
                    seen[own] = earlier
                    let reason = Phrase(
                        zh: "编号应各不相同，与第 \(earlier + 1) 项相同",
                        en: "expected an id of its own, found that of item number \(earlier + 1)")
                    result.append(Item(sourceID: free(given), content: .unreadable(reason.kept)))
                } else {
                    result.append(
                        Item(
                            sourceID: free(form.id ?? given), content: .submission(form.submission),
                            joining: form.joining(sender: nil)))
                }
            } catch {
                result.append(Item(sourceID: free(given), content: .unreadable(error.phrase.kept)))
            }
        }
        return result
    }
}
