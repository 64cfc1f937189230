/// What is wrong with a form that was handed in, and what to do about it.
extension Words {
    func flawsTitle(_ count: Int) -> String {
        say(
            "还差 \(count) 处，就可以提交了",
            count == 1 ? "One thing to mend before it can be sent" : "\(count) things to mend before it can be sent")
    }
    func flawsHint(_ flaws: [Flaw]) -> String {
        flaws.contains(where: \.loses)
            ? say("其余内容和文件都保留着，不用重填。", "Everything else you wrote and uploaded is kept and need not be typed again.")
            : say("您写的内容和上传的文件都保留着，不用重填。", "What you wrote and uploaded is kept. Nothing needs to be typed again.")
    }

    func say(_ flaw: Flaw) -> String {
        switch flaw {
        case .textMissing: say("请写一写发生了什么", "Say what happened")
        case .textTooLong(let limit):
            say("内容请不要超过 \(limit) 字，更多材料可以作为文件添加", "Keep the text under \(limit) characters; add a file for the rest")
        case .fieldTooLong(_, let limit):
            say("这一格请不要超过 \(limit) 字", "Keep this under \(limit) characters")
        case .fieldCut(_, let limit?):
            say(
                "这一格写得太长，只保留了开头一段；请不要超过 \(limit) 字",
                "This was so long that only its beginning was kept; keep it under \(limit) characters")
        case .fieldCut(_, nil):
            say("这一格写得太长，只保留了开头一段；请改短", "This was so long that only its beginning was kept; make it shorter")
        case .choiceUnknown: say("这一项的选择已不存在，请重新选择", "This choice no longer exists; choose again")
        case .phoneUnreadable:
            say("电话号码要有 5 到 20 位数字，例如 13800138000", "A phone number has 5 to 20 digits, such as 13800138000")
        case .mailUnreadable:
            say("电子邮箱要像 name@example.com 这样", "An e-mail address looks like name@example.com")
        case .consentMissing: say("请勾选“我同意”，我们才能受理", "Tick “I agree” so that we may take this on")
        case .tooManyFiles(let limit, let dropped):
            say(
                "最多添加 \(limit) 个文件，这些没有保留：\(listed(dropped))",
                "No more than \(limit) files; these were not kept: \(listed(dropped))")
        case .fileTooLarge(let file, let limit):
            say(
                "“\(file)”超过 \(size(limit))，没有保留；请剪短或压缩后再添加",
                "“\(file)” is larger than \(size(limit)) and was not kept; cut or compress it and add it again")
        case .filesTooLarge(let limit, let dropped):
            say(
                "全部文件合计不能超过 \(size(limit))，这些没有保留：\(listed(dropped))",
                "All files together may have \(size(limit)); these were not kept: \(listed(dropped))")
        case .filesUnwanted(let dropped):
            say(
                "这些文件没有保留，请再添加一次：\(listed(dropped))",
                "These files were not kept; add them once more: \(listed(dropped))")
        case .filesExpired(let count):
            say(
                "之前上传的 \(count) 个文件放得太久，已经删除，请重新添加",
                "\(count == 1 ? "One file" : "\(count) files") uploaded earlier waited too long and went; add them again"
            )
        case .fileRefused(let file):
            say(
                "“\(file)”不是照片、视频、录音或 PDF，没有保留；可以截图后再添加",
                "“\(file)” is not a picture, video, recording or PDF and was not kept; a screenshot of it would do")
        case .fileEmpty(let file):
            say("“\(file)”是空的，没有保留；请重新选择", "“\(file)” is empty and was not kept; choose it again")
        case .tooFast: say("提交得太快了，请再按一次“提交”", "That was very quick. Please press “Send” once more")
        case .tokenOld:
            say(
                "页面打开太久，已经为您更新，请再按一次“提交”",
                "The page was open for too long and has been renewed. Please press “Send” once more")
        case .tokenUsed:
            say(
                "这份表单已经提交过。要另外反映这里写的，请再按一次“提交”",
                "This form was sent already. To send what it says now as another report, press “Send” once more")
        case .trapped: say("有一格必须空着，请清空后再提交", "One field must stay empty. Clear it and send again")
        case .foreign:
            say(
                "这份内容是从别的网站送来的，没有提交。是您自己写的，请核对后再按“提交”；不是，请关闭本页",
                "This came from another website and was not sent. If you wrote it, check it and press “Send” once more; if not, close this page"
            )
        case .tooMany(let minutes):
            say(
                "这个网络地址提交得太多，请过 \(minutes) 分钟再按“提交”，也可以打电话",
                "Too much was sent from your network. Press “Send” again in \(minutes == 1 ? "a minute" : "\(minutes) minutes"), or call us"
            )
        case .busy:
            say(
                "系统暂时无法保存，请过一两分钟再按“提交”",
                "We cannot keep your message just now. Please press “Send” again in a minute or two")
        }
    }

    private func listed(_ names: [String]) -> String {
        names.map { "“\($0)”" }.joined(separator: listComma)
    }
}
