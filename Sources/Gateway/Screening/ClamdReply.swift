import Intake

/// The one line that clamd answers with (clamd(8)).
struct ClamdReply: Sendable, Equatable {
    enum Verdict: Sendable, Equatable {
        case clean
        /// With the scanner's name for it: at most 100 characters.
        case virus(String)
        /// Larger than the scanner takes.
        case tooLarge
    }

    /// Without the zero byte or the line end that ends it.
    let line: Substring

    init(_ reply: String) { line = reply.prefix { $0 != "\0" && $0 != "\n" } }

    /// More bytes than StreamMaxLength of clamd.conf(5).
    var isOverLimit: Bool { line.contains("size limit exceeded") }

    /// What it says of a file; `whole`: it was sent every byte. Passing trouble where it says nothing of it.
    func verdict(whole: Bool) throws(Trouble) -> Verdict {
        if line.hasSuffix(" FOUND") {
            let name = line.dropLast(6).split(separator: ": ", maxSplits: 1).last ?? ""
            // AlertExceedsMax of clamd.conf(5): it holds more than clamd unpacks.
            if name.hasPrefix("Heuristics.Limits.Exceeded") { return .tooLarge }
            return .virus(String(name.prefix(100)))
        }
        if isOverLimit { return .tooLarge }
        if line.hasSuffix(" OK"), whole { return .clean }
        throw .passing("查毒程序 clamd 没有给出结果", "clamd gave no verdict", detail: String(line.prefix(200)))
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// The day its signatures are of, from "ClamAV 1.4.3/27779/Mon Sep  1 08:25:06 2025"; nil where it does not say.
    var signatures: Day? {
        let parts = line.split(separator: "/", maxSplits: 2)
        guard parts.count == 3 else { return nil }
        let words = parts[2].split(separator: " ")
        guard words.count == 5, let month = ClamdReply.months.firstIndex(of: String(words[1])), let day = Int(words[2])
        else { return nil }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return Day("\(words[4])-\(two(month + 1))-\(two(day))")
    }
}
