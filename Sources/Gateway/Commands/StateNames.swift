import Intake

// What commands call the states and outcomes that programs know by their raw values.

extension Delivery.State {
    var name: Phrase {
        switch self {
        case .pending: Phrase(zh: "待发", en: rawValue)
        case .delivered: Phrase(zh: "已送达", en: rawValue)
        case .held: Phrase(zh: "搁置", en: rawValue)
        case .cancelled: Phrase(zh: "已取消", en: rawValue)
        }
    }
}

extension Attempt.Result {
    var name: Phrase {
        switch self {
        case .delivered: Phrase(zh: "送达", en: rawValue)
        case .passing: Phrase(zh: "暂时失败", en: rawValue)
        case .lasting: Phrase(zh: "失败", en: rawValue)
        case .unclear: Phrase(zh: "结果不明", en: rawValue)
        case .needsPerson: Phrase(zh: "须人处理", en: rawValue)
        }
    }
}

extension Assignment.State {
    var name: Phrase {
        switch self {
        case .sent: Phrase(zh: "已派出", en: rawValue)
        case .signed: Phrase(zh: "已签收", en: rawValue)
        case .contacted: Phrase(zh: "已联系", en: rawValue)
        case .handling: Phrase(zh: "办理中", en: rawValue)
        case .answered: Phrase(zh: "已答复", en: rawValue)
        case .returned: Phrase(zh: "已退回", en: rawValue)
        case .cancelled: Phrase(zh: "已撤回", en: rawValue)
        }
    }
}

extension Contact.Kind {
    var name: Phrase {
        switch self {
        case .phone: Phrase(zh: "电话", en: rawValue)
        case .mail: Phrase(zh: "邮箱", en: rawValue)
        case .wechat: Phrase(zh: "微信", en: rawValue)
        case .other: Phrase(zh: "其他", en: rawValue)
        }
    }
}

extension Party.Role {
    var name: Phrase {
        switch self {
        case .reporter: Phrase(zh: "诉求人", en: rawValue)
        case .onBehalfOf: Phrase(zh: "被代办人", en: rawValue)
        case .follower: Phrase(zh: "关注者", en: rawValue)
        }
    }
}

extension ArrivalClass {
    var name: Phrase {
        switch self {
        case .ticket: Phrase(zh: "工单", en: rawValue)
        case .followUp: Phrase(zh: "补充", en: rawValue)
        case .notice: Phrase(zh: "通知", en: rawValue)
        case .quarantined: Phrase(zh: "隔离", en: rawValue)
        case .refused: Phrase(zh: "拒收", en: rawValue)
        }
    }
}
