import Intake

/// The receipt and the tracking pages.
extension Words {
    var receiptTitle: String { say("已收到", "We have it") }
    var receiptLead: String {
        say("您反映的事情已经保存，下面两样请记好，查进度时要用。", "Your message is kept. Note these two down: you need both to follow it.")
    }
    var number: String { say("工单号", "Ticket number") }
    var code: String { say("查询码", "Look-up code") }
    var codeHint: String {
        say(
            "查询码只有您知道，请不要告诉别人。可以截屏、打印本页，或点一下号码再复制。",
            "Only you have the code; keep it to yourself. Take a screenshot, print this page, or press on the code and copy it."
        )
    }
    var nextTitle: String { say("接下来", "What happens next") }
    var nextSent: String { say("我们把它交给承办单位", "We pass it to the department in charge") }
    var nextContact: String { say("承办单位会联系您", "The department gets in touch with you") }
    var nextRelay: String { say("结果由热线转告您", "The hotline passes the answer on to you") }
    var nextRead: String { say("凭查询码查看结果", "Read the answer with your look-up code") }
    var nextDecided: String { say("承办单位作出答复", "The department answers") }
    var nextAnswer: String { say("给您答复", "You have an answer") }
    func say(_ step: ReceiptPage.Step) -> String {
        switch step {
        case .sent: nextSent
        case .contact: nextContact
        case .answer: nextAnswer
        case .decided: nextDecided
        case .relay: nextRelay
        case .read: nextRead
        }
    }
    func by(_ moment: String) -> String { say("最晚 \(moment)", "by \(moment) at the latest") }
    var receiptTrack: String { say("查看进度", "Follow it") }
    var receiptMore: String { say("再反映一件事", "Report something else") }

    var trackTitle: String { say("查进度", "Follow your message") }
    var trackLead: String {
        say("填上回执上的工单号和查询码。", "Enter the ticket number and the look-up code from your receipt.")
    }
    var trackButton: String { say("查询", "Look it up") }
    func trackLost(_ phone: String) -> String {
        say("找不到回执？请拨打 \(phone)，由话务员核对后告诉您。", "Lost the receipt? Call \(phone); an operator can look it up with you.")
    }
    var notFound: String {
        say(
            "没有查到。请核对工单号和查询码，数字 0、1 和字母 O、I 容易看错。",
            "Nothing found. Check both: the digits 0 and 1 are easily taken for the letters O and I.")
    }
    var numberMissing: String { say("请填写工单号", "Enter the ticket number") }
    var codeMissing: String { say("请填写查询码", "Enter the look-up code") }
    var trackTooMany: String {
        say("查得太频繁了，请过几分钟再试。", "Too many look-ups from your network. Try again in a few minutes.")
    }
    /// Between the names of a list.
    var listComma: String { say("、", ", ") }
    var stateLabel: String { say("现在的状态", "Where it stands") }
    var historyTitle: String { say("经过", "What has happened") }
    var historyNone: String { say("还没有新的进展。", "Nothing new yet.") }
    var factsTitle: String { say("工单信息", "Details") }
    var receivedAt: String { say("收到时间", "Received") }
    var answerBy: String { say("答复期限", "Answer due") }
    var kindName: String { say("类别", "Kind") }
    var categoryName: String { say("事项", "Topic") }
    var areaName: String { say("区域", "Area") }
    var departmentName: String { say("承办单位", "Department in charge") }

    /// Date and time in the zone of the city: "2026年11月21日（周六）14:05", "Sat 21 Nov 2026, 14:05".
    func moment(_ instant: Instant, in zone: Zone) -> String {
        let (day, minute) = zone.local(instant)
        let clock = "\(two(minute / 60)):\(two(minute % 60))"
        return say("\(date(day))\(clock)", "\(date(day)), \(clock)")
    }

    /// The same for a deadline, where the end of a day is called by that day.
    func deadline(_ instant: Instant, in zone: Zone) -> String {
        let (_, minute) = zone.local(instant)
        guard minute == 0 else { return moment(instant, in: zone) }
        return date(zone.local(instant - .seconds(60)).day)
    }

    private func date(_ day: Day) -> String {
        let (year, month, ofMonth) = (day.number / 10_000, Int(day.number / 100 % 100), day.number % 100)
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let (chinese, english) =
            switch day.weekday {
            case .mon: ("一", "Mon")
            case .tue: ("二", "Tue")
            case .wed: ("三", "Wed")
            case .thu: ("四", "Thu")
            case .fri: ("五", "Fri")
            case .sat: ("六", "Sat")
            case .sun: ("日", "Sun")
            }
        return say(
            "\(year)年\(month)月\(ofMonth)日（周\(chinese)）", "\(english) \(ofMonth) \(months[month - 1]) \(year)")
    }

    private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
