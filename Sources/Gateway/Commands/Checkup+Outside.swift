import Foundation
import Intake

/// What we depend on outside: names, servers, their certificates and log-ins.
extension Checkup {
    func channels() async throws -> [Finding] {
        var findings: [Finding] = []
        for (name, channel) in try wantedWorks().channels.sorted(by: { $0.key < $1.key }) {
            do throws(Trouble) { try await channel.reach() } catch {
                findings.append(
                    Finding(
                        .serious, Phrase(zh: "渠道 \(name)：\(error.words.zh)", en: "channel \(name): \(error.reason)"),
                        mend: Checkup.mended))
            }
        }
        return findings
    }

    func destinations() async throws -> [Finding] {
        var findings: [Finding] = []
        for (name, dispatcher) in try wantedWorks().dispatchers.sorted(by: { $0.key < $1.key }) {
            do throws(Trouble) { try await dispatcher.reach() } catch {
                findings.append(
                    Finding(
                        .serious,
                        Phrase(zh: "目的地 \(name)：\(error.words.zh)", en: "destination \(name): \(error.reason)"),
                        mend: Checkup.mended))
            }
        }
        if ledger.configuration.alerts == nil {
            findings.append(
                Finding(
                    .notice, Phrase(zh: "没有配置提醒去处（alerts）", en: "alerts go nowhere but to the journal"),
                    mend: Phrase(zh: "在配置里写 alerts: 目的地名称", en: "set alerts: to the name of a destination")))
        }
        return findings
    }

    /// Every server that is called, with the name of whoever calls it.
    private func doors() throws(Unseen) -> [(name: String, door: Knock)] {
        let works = try wantedWorks()
        let all = works.channels.map { ($0.key, $0.value.door) } + works.dispatchers.map { ($0.key, $0.value.door) }
        return all.compactMap { name, door in door.map { (name, $0) } }.sorted { $0.0 < $1.0 }
    }

    func names() async throws -> [Finding] {
        let doors = try doors()
        var findings: [Finding] = []
        for host in Set(doors.map(\.door.host)).sorted() {
            let users = doors.filter { $0.door.host == host }.map(\.name).joined(separator: "、")
            do throws(Trouble) { _ = try await Network.addresses(of: host) } catch {
                findings.append(
                    Finding(
                        .serious, Phrase(zh: "\(error.words.zh)（\(users)）", en: "\(error.reason) (\(users))"),
                        mend: Phrase(
                            zh: "getent hosts \(host)；查 /etc/resolv.conf 和配置里的写法",
                            en:
                                "getent hosts \(host); look at /etc/resolv.conf and at how it is written in the configuration"
                        )))
            }
        }
        return findings
    }

    /// Certificates are renewed by others, and days go by before somebody who can has done it.
    private static let notice = Duration.seconds(21 * 86_400)

    /// A door that does not open has its own finding; its certificate is not known.
    func certificates() async throws -> [Finding] {
        let (now, network) = (ledger.now, try Network(now: { .wall }))
        var findings: [Finding] = []
        for (name, door) in try doors() {
            let end: Instant?
            do throws(Trouble) { end = try await network.knock(door) } catch {
                findings.append(
                    Unseen(
                        why: Phrase(zh: "\(name) 连不上", en: "\(name) cannot be reached"),
                        mend: Phrase(zh: "先让它连得上（见上）", en: "have it reached first, see above")
                    ).finding(Phrase(zh: "\(door.host) 的证书", en: "the certificate of \(door.host)")))
                continue
            }
            guard let ends = end, ends - now < Checkup.notice else { continue }
            let days = max(0, (ends - now).components.seconds / 86_400)
            findings.append(
                Finding(
                    .notice,
                    Phrase(
                        zh: "\(door.host) 的证书还有 \(days) 天到期（\(name)，\(ledger.time(ends))）",
                        en: "the certificate of \(door.host) ends in \(days) days (\(name), \(ledger.time(ends)))"),
                    mend: Phrase(
                        zh: "请对方（\(door.host) 的管理员）换证书；过期后派发会等待，不会丢",
                        en:
                            "ask whoever runs \(door.host) to renew it; once it has ended what goes there waits, nothing is lost"
                    )))
        }
        return findings
    }
}
