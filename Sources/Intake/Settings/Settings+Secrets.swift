private let aSecret = Phrase(
    zh: "credential:名称（systemd 凭据）或 file:/绝对路径", en: "credential:NAME (a systemd credential) or file:/absolute/path")

extension Settings {
    /// A secret that must be written, as `credential:NAME` (that file in the credentials directory) or `file:/path`.
    /// The file holds at most 64 KiB; one line end at its end is left off. The secret itself in the configuration, or an
    /// environment variable, is refused: both end up in backups, process lists and tickets.
    package func secret(_ key: String) -> Secret {
        require(key, aSecret)
        return optionalSecret(key) ?? Secret([])
    }

    package func optionalSecret(_ key: String) -> Secret? {
        guard let reference = scalar(key, aSecret) else { return nil }
        return secret(reference, key, nil)
    }

    /// Secrets of which any may be in use (the new and the old one while they are exchanged); at least one.
    package func secrets(_ key: String) -> [Secret] {
        require(key, aSecret)
        let references = strings(key)
        if references.isEmpty, has(key) {
            complain(key, expected: aSecret, found: Phrase(zh: "空列表", en: "an empty list"))
        }
        return references.enumerated().compactMap { index, reference in secret(reference, key, index) }
    }

    private func secret(_ reference: String, _ key: String, _ item: Int?) -> Secret? {
        guard let path = path(of: reference, key, item) else { return nil }
        guard var bytes = boundedContents(path, limit: 64 << 10), !bytes.isEmpty else {
            complain(
                key, item: item,
                expected: Phrase(zh: "\(path) 处不超过 64KiB 的非空可读文件", en: "a readable file of 1 byte to 64KiB at \(path)"),
                found: Phrase(zh: "没有", en: "none"))
            return nil
        }
        if bytes.last == 0x0A { bytes.removeLast() }
        if bytes.last == 0x0D { bytes.removeLast() }
        return Secret(bytes)
    }

    /// The file a reference means. Never repeats the reference in a complaint unless it has the form of one: it may be
    /// the secret.
    private func path(of reference: String, _ key: String, _ item: Int?) -> String? {
        if reference.hasPrefix("file:/") { return String(reference.dropFirst("file:".count)) }
        guard reference.hasPrefix("credential:") else {
            complain(
                key, item: item, expected: aSecret, found: Phrase(zh: "其他内容（不予显示）", en: "something else (not shown)"))
            return nil
        }
        let name = reference.dropFirst("credential:".count)
        guard !name.isEmpty, name != ".", name != "..", !name.contains("/"), !name.contains("\0") else {
            complain(key, item: item, expected: aSecret, found: Phrase(stringLiteral: "\"\(reference.prefix(80))\""))
            return nil
        }
        guard let credentials else {
            complain(
                key, item: item,
                expected: Phrase(
                    zh: "凭据目录（单元中的 LoadCredential=，或 $CREDENTIALS_DIRECTORY）",
                    en: "a credentials directory (LoadCredential= in the unit, or $CREDENTIALS_DIRECTORY)"),
                found: Phrase(zh: "没有凭据目录", en: "none"))
            return nil
        }
        return "\(credentials)/\(name)"
    }
}
