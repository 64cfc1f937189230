import Intake

extension Settings {
    /// A list of networks (`10.20.0.0/16`) that calls may connect to; public addresses only where none is listed.
    func egress(_ key: String) -> Egress {
        var networks: [NetBlock] = []
        for (position, text) in strings(key).enumerated() {
            if let network = NetBlock(text) {
                networks.append(network)
            } else {
                complain(
                    key, item: position,
                    expected: Phrase(zh: "网络，如 10.20.0.0/16", en: "a network such as 10.20.0.0/16"),
                    found: Phrase(stringLiteral: "\"\(text.prefix(80))\""))
            }
        }
        return Egress(networks: networks)
    }
}
