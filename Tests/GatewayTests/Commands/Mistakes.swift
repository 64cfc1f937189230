extension CheckTests {
    private static let url = "url: https://orders.example.cn/{department}"
    private static let from = "from: hotline@example.cn"
    private static let plain = "plain-http: false"
    private static let smtp = "host: smtp.example.cn"
    private static let other = "address: \"{department}@example.cn\""

    static let mistakes: [Mistake] = [
        // Addresses of servers.
        .init(url, "url: http://orders.example.cn/x", "plain-http: true", "plain-http: true"),
        .init(url, "url: orders.example.cn", "网址", "an address such as https://"),
        .init(url, "url: https:///orders", "网址", "an address such as https://"),
        .init(url, "url: ftp://orders.example.cn/", "网址", "an address such as https://"),
        .init(url, "url: https://orders.example.cn:99999/", "网址", "an address such as https://"),
        .init(url, "url: https://orders example.cn/", "网址", "an address such as https://"),
        .init(url, "url: https://me:hunter2@orders.example.cn/", "不予显示", "not shown"),
        .init(url, "url: https://10.1.2.3/orders", "networks", "within networks"),
        .init(url, "url: https://localhost/orders", "networks", "within networks"),
        .init(url, "url: https://orders.example.cn/{dept}", "网址", "an address such as https://"),
        .init("address: https://api.example.cn", "address: http://api.example.cn", "https", "https address"),
        .init(smtp, "host: https://smtp.example.cn", "主机名", "name or address of a server"),
        .init(smtp, "host: smtp.example.cn:465", "主机名", "name or address of a server"),
        .init(smtp, "host: 10.1.2.300", "主机名", "name or address of a server"),
        .init(smtp, "host: \"smtp.example.cn\\r\\n\"", "主机名", "name or address of a server"),
        .init(smtp, "host: 10.1.2.3", "networks", "within networks"),
        .init("port: 465", "port: 0", "1 到 65535", "1 to 65535"),
        .init("port: 465", "port: 70000", "1 到 65535", "1 to 65535"),
        .init("security: starttls", "security: plain", "本机", "this machine only"),
        .init("security: tls", "security: plain", "本机", "this machine only"),
        .init("user: hotline", "user: \"hot\\nline\"", "一行文字", "one line"),
        // Trust.
        .init(
            plain + "\n    secrets: [credential:hook-secret]", plain + "\n    secrets: [credential:public-key]",
            "签名密钥", "signing secrets"),
        .init(plain, plain + "\n    ca-file: /none/ca.pem", "不存在", "not there"),
        .init(plain, plain + "\n    ca-file: {folder}/key.pem", "没有证书", "no certificate"),
        // Mail addresses.
        .init(from, "from: 热线 <hotline@example.cn>", "邮件地址", "a mail address"),
        .init(from, "from: hotline", "邮件地址", "a mail address"),
        .init(from, "from: \"hotline@example.cn\\r\\nBcc: x@example.cn\"", "邮件地址", "a mail address"),
        .init("from-name: 热线", "from-name: \"热线\\r\\nBcc: x@example.cn\"", "一行文字", "one line"),
        .init(other, "address: \"{dept}@example.cn\"", "邮件地址", "a mail address"),
        .init("water: water@example.cn", "water: water@", "邮件地址", "a mail address"),
        .init("water: water@example.cn", "wate: water@example.cn", "是否想写 \"water\"", "did you mean \"water\""),
        .init("water: water@example.cn", "water: [a@example.cn, b@example.cn]", "一个邮件地址", "one mail address"),
        // Names of others.
        .init("answer: mail", "answer: outbox", "送到群众手中的目的地（mail）", "can reach a citizen (mail)"),
        .init("answer: mail", "answer: maill", "是否想写 \"mail\"", "did you mean \"mail\""),
        .init("alerts: outbox", "alerts: nobody", "目的地名称", "name of a destination"),
        // Listeners.
        .init("private: 127.0.0.1:8312", "private: 127.0.0.1:8311", "与 public 不同", "than public"),
        .init("private: 127.0.0.1:8312", "private: 0.0.0.0:8311", "与 public 不同", "than public"),
        .init("private: 127.0.0.1:8312", "private: 127.0.0.1:83120", "地址", "an address such as"),
        .init(
            "private: 127.0.0.1:8312", "private: unix:/\(String(repeating: "x", count: 107))", "107 字节", "107 bytes"),
        // Folders and mailboxes.
        .init("path: calls", "path: outbox/calls", "目的地 outbox", "destination outbox"),
        .init("path: calls", "path: scratch/calls", "scratch", "scratch"),
        .init("path: calls", "path: blobs", "状态目录", "state folder"),
        .init(
            "greetings: [您好]", "greetings: [您好]\n  - name: more\n    kind: transcripts\n    path: calls/./incoming",
            "渠道 calls", "channel calls"),
        .init(
            "poll: 60s\n    answer: mail",
            "answer: mail\n  - name: again\n    kind: imap\n    host: IMAP.example.cn\n    user: hotline\n"
                + "    password: credential:password\n    mailbox: inbox", "渠道 box", "channel box"),
        .init("folder: 已受理", "folder: inbox", "与 mailbox 不同", "another folder than mailbox"),
        .init("path: calls", "path: \"\"", "文字", "expected text"),
        .init("path: outbox", "path: \"\"", "文字", "expected text"),
        // Bounds.
        .init("poll: 60s", "poll: 0s", "1s 到", "from 1s"),
        .init("tolerance: 5m", "tolerance: -5m", "1s 到", "from 1s"),
        .init("together: 40MiB", "together: 5MiB", "不小于", "no less than"),
        .init("city: {folder}/city", "city: {folder}/town", "没有这个目录", "no folder"),
        .init("kind: transcripts", "kind: transcript", "imap", "did you mean \"transcripts\""),
        .init("  tolerance: 5m", "\ttolerance: 5m", "不用制表符", "not tabs"),
        .init("greetings: [您好]", "greetings: []", "至少一项", "at least one"),
        .init("state: /var/lib/intake", "state: state", "绝对路径", "absolute path"),
        .init("credential:master-key", "credential:short-key", "至少 32 字节", "at least 32 bytes"),
        .init(
            "store: { kind: sqlite }", "store:\n  kind: postgres\n  node: one\n  connection: credential:connection",
            "libpq",
            "libpq"),
        .init("appid: wx0123456789abcdef", "appid: wx 0123", "开发者 ID", "the account's id"),
    ]
}
