/// The citizen's form.
extension Words {
    var formTitle: String { say("有什么事要反映？", "What would you like to tell the city?") }
    var formLead: String {
        say(
            "咨询、求助、投诉、举报、建议、表扬都可以。全天受理，不用注册；只有“发生了什么”必须填。",
            "Ask, complain, suggest, praise or report a problem, at any hour and without an account. Only “What happened” must be filled in."
        )
    }
    var optional: String { say("选填", "optional") }

    var whatTitle: String { say("什么事", "What it is about") }
    var kindLabel: String { say("属于哪一类", "What kind of message is it?") }
    var kindHint: String { say("说不准可以不选。", "Leave it open if you are not sure.") }
    var textLabel: String { say("发生了什么", "What happened") }
    var textHint: String {
        say(
            "什么时候、什么情况、希望怎样解决。请不要写身份证号和银行卡号。",
            "When, what, and what you would like done. Please leave out ID and bank card numbers.")
    }
    var categoryLabel: String { say("事项类别", "Topic") }
    var categoryNone: String { say("由我们来判断", "Let us decide") }

    var whereTitle: String { say("在哪里", "Where") }
    var placeLabel: String { say("地点", "Place") }
    var placeHint: String {
        say("例如：幸福路 12 号院东门外，第三根路灯杆。", "For example: outside the east gate of 12 Xingfu Road, third lamp post.")
    }
    var areaLabel: String { say("所属区域", "Area") }
    var areaHint: String {
        say(
            "选到街道或社区，分派更快；不清楚可以不选。",
            "With the sub-district or community it finds its way faster. Leave it open if you are not sure."
        )
    }
    /// The level of an area, counted from the district at 0.
    func areaLevel(_ level: Int) -> String {
        switch level {
        case 0: say("区", "District")
        case 1: say("街道（乡镇）", "Sub-district")
        default: say("社区（村）", "Community")
        }
    }
    var areaNone: String { say("不选", "Not chosen") }
    var areaMore: String { say("列出所选区域的下一级", "List what is inside the chosen area") }
    var pointButton: String { say("附上我现在的位置", "Add where I am now") }
    var pointKept: String { say("已附上位置", "Position added") }
    var pointRemove: String { say("不附位置", "Leave the position out") }
    var pointBusy: String { say("正在定位……", "Finding your position…") }
    var pointFailed: String {
        say("没能取得位置，请用文字写明地点。", "Your position could not be found. Please describe the place in words.")
    }

    var filesTitle: String { say("照片、视频、录音", "Pictures, videos, recordings") }
    var filesLabel: String { say("添加文件", "Add files") }
    func filesHint(count: Int, size: Int64, video: Int64) -> String {
        let limit = self.size(size)
        guard video != size else {
            return say(
                "最多 \(count) 个；照片、视频、录音或 PDF，每个不超过 \(limit)。",
                "Up to \(count) pictures, videos, recordings or PDF files, each no larger than \(limit).")
        }
        return say(
            "最多 \(count) 个；照片、录音或 PDF 每个不超过 \(limit)，视频不超过 \(self.size(video))。",
            "Up to \(count). Pictures, recordings and PDF files up to \(limit) each, videos up to \(self.size(video)).")
    }
    var removeFile: String { say("删除", "Remove") }
    var filesKept: String { say("已经上传的文件", "Files already uploaded") }
    var filesKeptHint: String { say("不用再选一次；不要的请勾选删除。", "No need to choose them again. Tick what should go.") }
    func remove(_ file: String) -> String { say("删除 \(file)", "Remove \(file)") }

    var whoTitle: String { say("怎么联系您", "How to reach you") }
    var identityLabel: String { say("谁可以知道是您反映的", "Who may know that it was you") }
    var identityOpen: String { say("热线和承办单位", "The hotline and the department") }
    var identityOpenHint: String {
        say("承办的人可以直接联系您，办得最快。", "Whoever handles it can reach you. This is the quickest way.")
    }
    var identityConfidential: String { say("保密：只有热线", "In confidence: only the hotline") }
    var identityConfidentialHint: String {
        say("承办单位看不到您是谁，由热线转告结果。", "The department does not learn who you are; the hotline passes the answer on.")
    }
    var identityAnonymous: String { say("匿名：谁也不知道", "Anonymous: nobody") }
    var identityAnonymousHint: String {
        say(
            "下面的姓名和联系方式不会保存；请凭查询码看结果。",
            "Name, phone and e-mail below are not kept; read the answer with your look-up code.")
    }
    var nameLabel: String { say("姓名或称呼", "Name") }
    var phoneLabel: String { say("手机或电话", "Phone") }
    var mailLabel: String { say("电子邮箱", "E-mail") }
    var consentLabel: String { say("我同意", "I agree") }
    var submit: String { say("提交", "Send") }
    var submitBusy: String {
        say("正在提交，请不要关闭本页……", "Sending. Please keep this page open…")
    }
    var submitHint: String {
        say("视频上传需要一些时间，请等到出现工单号。", "A video takes a while to upload. Please wait until you see your ticket number.")
    }
    /// Honeypot: people who see it (no styles, a screen reader in a strange mode) must know to leave it alone.
    var trapLabel: String { say("这一格请不要填写", "Please leave this field empty") }
}
