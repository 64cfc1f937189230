import Foundation
import Intake

/// How messages read as mail: Chinese first, English below, nothing in them that could tell who reported.
enum Letter {
    /// Version of these texts; goes out with each mail, so that it is known what a recipient saw.
    static let version = 1

    private typealias Row = (label: String, value: String)

    /// `id`: its Message-ID.
    static func draft(
        _ outgoing: Outgoing, id: String, to: String, from: (address: String, name: String), zone: Zone, now: Instant
    ) -> MailDraft {
        let (subject, intro, rows, body) = content(outgoing.message, zone)
        var headers = [
            // RFC 3834: what answers mail by itself must not answer this.
            (name: "Auto-Submitted", value: outgoing.recipient == "citizen" ? "auto-replied" : "auto-generated"),
            (name: "X-Intake-Template", value: "\(outgoing.message.type)/\(version)"),
        ]
        switch outgoing.message {
        case .workOrder(let order): headers.append((name: "X-Intake-Reply-Token", value: order.replyToken))
        case .receipt(let receipt):
            if let earlier = receipt.inReplyTo {
                headers += [(name: "In-Reply-To", value: earlier), (name: "References", value: earlier)]
            }
        case .recall, .alert: break
        }
        let table = rows.map { "\($0.label)：\($0.value)" }.joined(separator: "\n")
        let cells: [HTML] = rows.map { "<tr><th align=\"left\">\($0.label)</th><td>\($0.value)</td></tr>" }
        let html: HTML = """
            <p>\(intro)</p><table cellpadding="6">\(cells)</table><p style="white-space:pre-wrap">\(body)</p>
            """
        return MailDraft(
            fromName: from.name, from: from.address, to: to, subject: subject, id: id,
            date: now,
            text: "\(intro)\n\n\(table)\n\n\(body)\n", html: html.text, headers: headers)
    }

    private static func content(
        _ message: Message, _ zone: Zone
    ) -> (subject: String, intro: String, rows: [Row], body: String) {
        switch message {
        case .workOrder(let order): return workOrder(order, zone)
        case .recall(let recall): return self.recall(recall, zone)
        case .receipt(let receipt): return self.receipt(receipt, zone)
        case .alert(let alert): return ("\(alert.title) \(alert.number)", alert.title, [], alert.text)
        }
    }

    private static func workOrder(
        _ order: WorkOrder, _ zone: Zone
    ) -> (subject: String, intro: String, rows: [Row], body: String) {
        let role = order.role == .lead ? "主办 Lead" : "协办 Co-handler"
        var rows: [Row] = [
            (
                "工单编号 Number",
                order.revision == 1 ? "\(order.number)" : "\(order.number)（第 \(order.revision) 版 revision）"
            ),
            ("承办角色 Role", role), ("主办单位 Lead", unit(order.lead)),
        ]
        func add(_ label: String, _ value: String?) { if let value, !value.isEmpty { rows.append((label, value)) } }
        add("协办单位 Co-handlers", order.coHandlers.map(unit).joined(separator: "；"))
        add("类型 Kind", order.kind.map { "\($0.chinese) \($0.rawValue)" })
        add("类别 Category", order.category.map(unit))
        add("区域 Area", order.area.map(unit))
        add("地点 Place", order.place.text)
        add("坐标 Position", order.place.point.map { "\($0.latitude), \($0.longitude) (\($0.datum.rawValue))" })
        add("受理时间 Received", time(order.received, zone))
        add("签收时限 Sign by", order.signBy.map { time($0, zone) })
        add("联系时限 Contact by", order.contactBy.map { time($0, zone) })
        add("办结时限 Resolve by", order.resolveBy.map { time($0, zone) })
        add("紧急 Urgent", order.urgent ? "是 yes" : nil)
        add("保密 Confidential", order.confidential ? "是 yes" : nil)
        add("可能重复 Possibly the same", order.similar.map(\.description).joined(separator: ", "))
        add("说明 Note", order.news.map { "\($0.zh) \($0.en)" })
        add("附件 Files", order.attachments.map(\.name).joined(separator: "；"))
        add("回复标记 Reply token", order.replyToken)
        let title = order.subject.isEmpty ? Masker.cut(order.text, to: 30) : order.subject
        let subject = "\(order.urgent ? "【紧急】" : "")[\(order.number)] \(title)"
        return (
            subject, "请办理以下工单；回复时请保留回复标记。Please handle this work order; keep the reply token when you answer.", rows,
            order.text
        )
    }

    private static func recall(
        _ recall: Recall, _ zone: Zone
    ) -> (subject: String, intro: String, rows: [Row], body: String) {
        (
            "【撤单】[\(recall.number)] 不再由贵单位办理 No longer yours",
            "以下工单已撤回，请勿继续办理。This work order is withdrawn; please do not work on it.",
            [
                ("工单编号 Number", "\(recall.number)"), ("现主办单位 Now with", unit(recall.lead)),
                ("撤回时间 Withdrawn", time(recall.at, zone)),
            ], "\(recall.reason.zh)\n\(recall.reason.en)"
        )
    }

    private static func receipt(
        _ receipt: CitizenReceipt, _ zone: Zone
    ) -> (subject: String, intro: String, rows: [Row], body: String) {
        let by = receipt.resolveBy.map { time($0, zone) }
        if receipt.language == .english {
            var rows: [Row] = [
                ("Number", "\(receipt.number)"), ("Look-up code", receipt.lookupCode), ("With", receipt.lead),
            ]
            if let by { rows.append(("Answer by", by)) }
            return (
                "Received: \(receipt.subject) [\(receipt.number)]", "We have received your report. Thank you.", rows,
                "What happens next: the department above looks into it and answers you here. With number and code you can see "
                    + "how it stands at any time. Reply to this mail to add something."
            )
        }
        var rows: [Row] = [
            ("工单编号", "\(receipt.number)"), ("查询码", receipt.lookupCode), ("承办单位", receipt.lead),
        ]
        if let by { rows.append(("答复时限", by)) }
        return (
            "已受理：\(receipt.subject) [\(receipt.number)]", "您反映的事项我们已经收到，感谢您。", rows,
            "接下来：由上述单位办理，并在此答复您。凭工单编号和查询码可随时查看进展；直接回复本邮件可以补充情况。"
        )
    }

    private static func unit(_ unit: WorkOrder.Unit) -> String {
        unit.name == unit.english ? unit.name : "\(unit.name) \(unit.english)"
    }

    private static func time(_ instant: Instant, _ zone: Zone) -> String {
        let (day, minute) = zone.local(instant)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(day) \(two(minute / 60)):\(two(minute % 60))"
    }
}
