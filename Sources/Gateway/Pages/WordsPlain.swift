/// Pages that say why there is nothing else to show.
extension Words {
    func title(_ stop: PlainPage.Stop) -> String {
        switch stop {
        case .unreadable: say("没能看懂这次提交", "This could not be read")
        case .notFound: say("没有这个页面", "There is no such page")
        case .tooLarge: say("内容太大了", "This is too large")
        case .unavailable: say("系统暂时不能用", "Not available just now")
        }
    }

    func advice(_ stop: PlainPage.Stop, phone: String) -> String {
        switch stop {
        case .unreadable:
            say(
                "浏览器送来的内容不完整。请返回上一页再提交一次，或拨打 \(phone)。",
                "What the browser sent was not complete. Go back and send it again, or call \(phone).")
        case .notFound:
            say("地址可能写错或已经过期。请从首页重新开始。", "The address may be mistyped or out of date. Start again from the first page.")
        case .tooLarge(let limit):
            say(
                "一次最多提交 \(size(limit))。请返回上一页，减少或压缩文件后再提交。",
                "One message may have \(size(limit)). Go back, leave files out or compress them, and send again.")
        case .unavailable:
            say(
                "问题在我们这边。请过一两分钟刷新本页，着急的话请拨打 \(phone)。",
                "The fault is ours. Reload this page in a minute or two; if it cannot wait, call \(phone).")
        }
    }

    var home: String { say("回到首页", "To the first page") }
}
