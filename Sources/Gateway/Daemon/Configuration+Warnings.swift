import Intake

extension Configuration {
    /// What is allowed but probably not meant, of this file; the city has warnings of its own.
    var warnings: [Complaint] {
        var warnings: [Complaint] = []
        func warn(_ table: Settings?, _ key: String, _ expected: Phrase, _ found: Phrase) {
            let path = table.map { "\($0.path).\(key)" } ?? key
            let line = table.map { $0.line(of: key) } ?? 1
            warnings.append(Complaint(file: file, line: line, path: path, expected: expected, found: found))
        }
        if case .tcp(let host, _) = fixed.privateAddress, host != "localhost", NetAddress(host)?.isLoopback != true {
            warn(
                listen, "private",
                Phrase(zh: "本机地址（它不验证谁来读指标）", en: "an address of this machine (it asks nobody who reads metrics)"),
                quoted(host))
        }
        if let wide = proxies.first(where: \.isWide) {
            warn(
                proxyTable, "networks",
                Phrase(zh: "只含反向代理的网段", en: "networks of reverse proxies alone"),
                Phrase(
                    zh: "\(wide)，其中任何人都可以冒充别的来源地址", en: "\(wide), where anybody may claim to be at another address"))
        }
        if alerts == nil {
            warn(
                nil, "alerts", Phrase(zh: "紧急情况提醒送到的目的地", en: "the destination that emergencies are told to"),
                Phrase(zh: "未写（只记入日志）", en: "none (they are only logged)"))
        }
        if channels.isEmpty {
            warn(nil, "channels", Phrase(zh: "至少一个渠道", en: "at least one channel"), Phrase(zh: "没有", en: "none"))
        }
        return warnings
    }
}
