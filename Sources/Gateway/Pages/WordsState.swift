import Intake

/// What the states of a ticket are called for the citizen who looks at it.
extension Words {
    func name(_ state: Ticket.State) -> String {
        switch state {
        case .received: say("已收到", "Received")
        case .needsInfo: say("等您补充", "Waiting for you")
        case .accepted: say("已受理", "Accepted")
        case .inHand: say("办理中", "Being handled")
        case .answered: say("已答复", "Answered")
        case .callBack: say("回访中", "Asking how it went")
        case .closed: say("已办结", "Closed")
        case .notAccepted: say("不予受理", "Not accepted")
        case .withdrawn: say("已撤回", "Withdrawn")
        case .merged: say("已并案", "Joined with others")
        case .transferredEmergency: say("已转紧急救援", "Passed to emergency services")
        }
    }

    /// What the state means for the citizen, in a sentence.
    func meaning(_ state: Ticket.State) -> String {
        switch state {
        case .received: say("已经保存，正在分派。", "It is kept and being assigned.")
        case .needsInfo: say("还需要您补充一些情况，见下面的经过。", "We need more from you; see below.")
        case .accepted: say("已经受理，等承办单位签收办理。", "It is accepted and waits for the department to take it up.")
        case .inHand: say("承办单位正在处理。", "The department in charge is working on it.")
        case .answered: say("承办单位已经答复，见下面的经过。", "The department has answered; see below.")
        case .callBack: say("我们会问您问题是否解决、是否满意。", "We will ask you whether it is solved.")
        case .closed:
            say(
                "已经办完。如果问题还在，请再反映一次并写上这个工单号。",
                "It is finished. If the problem is still there, tell us again and give this number.")
        case .notAccepted:
            say("这件事不由热线办理，原因和去处见下面的经过。", "This is not for the hotline; reason and where to go are below.")
        case .withdrawn: say("已经按您的要求撤回。", "It was withdrawn as you asked.")
        case .merged:
            say(
                "有人反映了同一件事，一起办理，您仍会收到答复。",
                "Others told us the same; it is handled together and you still get an answer.")
        case .transferredEmergency: say("已经转给 110、119 或 120。", "It went to the police, fire or ambulance service.")
        }
    }

    /// Name of a department. What the city's data no longer has is no code to a citizen.
    func department(_ code: String, in city: City?) -> String {
        city?.departments[code].map { say($0.name) } ?? say("原承办单位", "the department then in charge")
    }

    /// Names of departments in their order, each once.
    func departments(_ codes: [String], in city: City?) -> [String] {
        codes.map { department($0, in: city) }.reduce(into: []) { names, name in
            if !names.contains(name) { names.append(name) }
        }
    }

    func text(_ event: TrackPage.Event) -> String {
        switch event {
        case .received: say("收到您反映的事情", "We received your message")
        case .followUp: say("收到您补充的内容", "We received more from you")
        case .assigned(let department):
            department.isEmpty
                ? say("交给值班人员分派", "Passed to an operator to be assigned")
                : say("转交\(department)办理", "Passed to \(department)")
        case .state(let state): say("状态变为“\(name(state))”", "Now: \(name(state))")
        case .revealed: say("承办人员查看了您的联系方式", "Whoever handles it looked at your contact details")
        case .alerted: say("已提醒值班人员优先处理", "The person on duty was alerted")
        case .said(let words): words
        }
    }
}
