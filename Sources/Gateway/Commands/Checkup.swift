import Foundation
import Intake

/// What the doctor looks at; each check gives nothing when all is well. That the key is the right one is known before:
/// no command gets a ledger without it.
struct Checkup {
    let ledger: OpenLedger
    /// Nil where the daemon does not answer.
    let gauges: Gauges?
    /// Nil where an adapter complains of its settings, which has its own finding.
    let works: Works?
    /// The folder that `credential:` stands for, if there is one.
    let credentials: String?
    /// Work due longer than this lies still.
    static let patience = Duration.seconds(600)
    /// What is to be done once the other side, the setting or the credential is mended.
    static let mended = Phrase(
        zh: "修好后自己继续，不会丢件；改了配置：intake reload；换了 systemd 凭据：systemctl restart intake",
        en:
            "once mended it goes on by itself, nothing is lost; after a changed setting: intake reload; after a changed "
            + "systemd credential: systemctl restart intake")

    var fixed: Configuration.Fixed { ledger.configuration.fixed }

    func wantedWorks() throws(Unseen) -> Works {
        guard let works else { throw .works }
        return works
    }

    func wantedGauges() throws(Unseen) -> Gauges {
        guard let gauges else { throw .daemon }
        return gauges
    }

    var all: [(Phrase, () async throws -> [Finding])] {
        [
            (Phrase(zh: "主密钥与账本相符", en: "the master key fits the ledger"), masterKey),
            (Phrase(zh: "账本只用现用的主密钥封存", en: "all is sealed with the master key in use"), sealing),
            (Phrase(zh: "守护进程应答并能提交", en: "the daemon answers and can commit"), daemon),
            (Phrase(zh: "来客分得清", en: "senders can be told apart"), senders),
            (Phrase(zh: "账本和文件写得进", en: "ledger and files can be written"), writing),
            (Phrase(zh: "账本文件完好", en: "the ledger is whole"), integrity),
            (Phrase(zh: "账平", en: "the books balance"), books),
            (Phrase(zh: "磁盘空间够", en: "there is free space"), space),
            (Phrase(zh: "时钟正常", en: "the clock is sane"), clock),
            (Phrase(zh: "账本的属主和权限正常", en: "owners and modes of the ledger are right"), modes),
            (Phrase(zh: "密钥和凭据别人读不到", en: "nobody else can read keys and credentials"), secrets),
            (Phrase(zh: "收件和派发目录的权限正常", en: "modes of the folders in and out are right"), folders),
            (Phrase(zh: "没有积压", en: "no work lies still"), lanes),
            (Phrase(zh: "没有取不来的附件", en: "no ticket waits for files in vain"), stuck),
            (Phrase(zh: "没有搁置的派发", en: "no delivery is held"), held),
            (Phrase(zh: "没有派不下去的工单", en: "no ticket waits to be routed"), unsettled),
            (Phrase(zh: "没有暂停的目的地", en: "no destination is left alone"), leftAlone),
            (Phrase(zh: "域名都能解析", en: "every name can be resolved"), names),
            (Phrase(zh: "渠道的来源可达", en: "the sources of channels can be entered"), channels),
            (Phrase(zh: "目的地可达", en: "destinations can be reached"), destinations),
            (Phrase(zh: "证书都还有效", en: "every certificate lasts a while"), certificates),
            (Phrase(zh: "附件有人查毒，或没有要求查", en: "files are looked through for viruses, or nobody asked for it"), scanner),
            (Phrase(zh: "隔离区是空的", en: "the quarantine is empty"), quarantine),
            (Phrase(zh: "城市数据没有警告", en: "the city's data gives no warning"), city),
        ]
    }
}
