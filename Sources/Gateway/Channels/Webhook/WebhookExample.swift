extension WebhookBody {
    /// A body with every field, as `intake example webhook` and the page Webhook.md show it; a test posts it.
    static let example = """
        {
          "type": "intake.submitted",
          "timestamp": "2026-11-21T08:00:00+08:00",
          "data": {
            "id": "evt-20261121-0001",
            "kind": "complaint",
            "subject": "路灯不亮",
            "text": "幸福路12号门前路灯三天不亮，老人晚上不敢出门。",
            "category": "street-lights",
            "place": {"text": "幸福路12号", "area": "tingzhou-gulou", "lat": 39.9, "lon": 116.4, "datum": "GCJ-02"},
            "contact": {"name": "王芳", "phone": "13800138000", "mail": "wang@example.cn", "wechat": "oAbc123"},
            "anonymous": false,
            "confidential": false,
            "urgent": false,
            "language": "zh",
            "said": "2026-11-21T07:55:00+08:00",
            "consent": "2026-01",
            "attachments": [
              {"url": "https://files.example.cn/lamp.jpg", "sha256": "\(digest)", "mime": "image/jpeg", "name": "灯.jpg"}
            ],
            "follows_up": "20261120-000042",
            "follows_up_code": "k3m9x0ab77qz"
          }
        }
        """

    private static let digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

    /// The same as comments of a configuration.
    static var commented: String {
        example.split(separator: "\n").map { "#     \($0)" }.joined(separator: "\n")
    }
}
