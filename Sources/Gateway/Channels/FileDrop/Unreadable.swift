import Intake

extension Trouble {
    /// Lasting trouble with a file: its reason is read by the operators beside the file in quarantine and on the console,
    /// so it says both languages, Chinese first. It holds nothing of what the file says.
    static func unreadable(_ zh: String, _ en: String) -> Trouble { .lasting(zh, en) }

    /// The file holds more than one telephone call can.
    static func tooMuch(_ zh: String, _ en: String) -> Trouble {
        .unreadable("\(zh)：超出一通电话的可能", "\(en): expected one telephone call")
    }
}
