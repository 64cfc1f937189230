import Intake

extension Settings {
    /// A list of networks (`10.20.0.0/16`) that calls may connect to; public addresses only where none is listed.
    func egress(_ key: String) -> Egress { Egress(networks: networks(key)) }

    /// A list of networks; what is none is complained of.
    func networks(_ key: String) -> [NetBlock] {
        strings(key).enumerated().compactMap { position, text in
            if let network = NetBlock(text) { return network }
            complain(
                key, item: position,
                expected: Phrase(zh: "网段，如 10.20.0.0/16", en: "a network such as 10.20.0.0/16"),
                found: Phrase(stringLiteral: "\"\(text.prefix(80))\""))
            return nil
        }
    }
}
