package import Intake

/// How the two sides of a hotline call are told apart by words: settings of the channel, with defaults for a Chinese
/// hotline and an English one.
package struct SideRules: Sendable, Equatable {
    /// What the hotline's people say when they pick up. Whoever says one of these first is the agent.
    package var greetings: [String]
    /// Labels of turns that name the agent ("坐席"), compared without digits, marks and case, from their beginning.
    package var agentLabels: [String]
    /// Labels of turns that name the citizen ("市民").
    package var citizenLabels: [String]

    /// Empty lists are replaced by nothing: an operator may switch a rule off.
    package init(
        greetings: [String] = standardGreetings, agentLabels: [String] = standardAgentLabels,
        citizenLabels: [String] = standardCitizenLabels
    ) {
        self.greetings = greetings
        self.agentLabels = agentLabels
        self.citizenLabels = citizenLabels
    }

    package static let standardGreetings = [
        "为您服务", "为你服务", "可以帮您", "可以帮到您", "可以帮助您", "能帮您", "需要什么帮助", "欢迎致电", "欢迎拨打", "感谢您的来电", "感谢致电",
        "请问您要反映", "请问您反映", "号话务员", "号坐席", "how can i help", "how may i help", "thank you for calling",
        "thanks for calling",
        "what can i do for you",
    ]
    package static let standardAgentLabels = [
        "坐席", "座席", "话务员", "话务", "客服", "接线员", "接线", "受理员", "工作人员", "热线", "agent", "operator", "customer service",
        "call taker",
        "representative", "hotline",
    ]
    package static let standardCitizenLabels = [
        "市民", "来电人", "来电者", "来电", "群众", "用户", "客户", "居民", "诉求人", "投诉人", "反映人", "citizen", "caller", "customer",
        "resident",
        "client",
    ]

    /// The side a label names by itself; the longest word wins ("customer service" before "customer").
    package func side(ofLabel label: String) -> Turn.Side {
        let folded = SideRules.letters(label)
        func longest(_ words: [String]) -> Int {
            words.map(SideRules.letters).filter { !$0.isEmpty && folded.hasPrefix($0) }.map(\.count).max() ?? 0
        }
        let agent = longest(agentLabels)
        let citizen = longest(citizenLabels)
        if agent == citizen { return .unknown }
        return agent > citizen ? .agent : .citizen
    }

    /// True if `words` hold a greeting of the hotline.
    func greets(_ words: String) -> Bool {
        let folded = SpokenWords.folded(words)
        return greetings.contains { greeting in
            let wanted = SpokenWords.folded(greeting)
            return !wanted.isEmpty && folded.contains(wanted)
        }
    }

    private static func letters(_ label: String) -> String { SpokenWords.folded(label).filter { !$0.isNumber } }
}
