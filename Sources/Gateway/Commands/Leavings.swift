import ArgumentParser
import Intake

/// What channels hold beside the ledger of reports that came by them, for commands that erase. Made of the channels alone:
/// whatever else of the configuration is unsound, a person's request is met.
struct Leavings {
    /// What stays with the sources, where we do not reach, by the names of the channels.
    let stays: [String: Phrase]
    /// Channels whose own settings are sound.
    private let sound: [any Channel]
    /// Channels with files in the clear whose settings are not: their files cannot be looked through.
    private let unsound: [String]

    /// Each channel reads its settings; whether it complained is looked at one by one.
    init(_ configuration: Configuration, _ tools: Tools) {
        var (stays, sound, unsound): ([String: Phrase], [any Channel], [String]) = ([:], [], [])
        for (name, type, settings) in configuration.channels {
            let before = settings.complaintsSoFar
            let channel = type.init(name: name, settings, tools)
            stays[name] = channel.leaves
            if settings.complaintsSoFar == before {
                sound.append(channel)
            } else if channel.keeps != nil {
                unsound.append(name)
            }
        }
        (self.stays, self.sound, self.unsound) = (stays, sound, unsound)
    }

    /// Removes what channels hold in the clear of what the ledger has erased. One that cannot keeps no other from it; it is
    /// said, and the command ends with the first trouble, or 1 where settings are unsound.
    func forget() async throws {
        var first: (any Error)?
        for channel in sound {
            do throws(Trouble) { _ = try await channel.forget() } catch { first = first ?? error }
        }
        if !unsound.isEmpty {
            let names = unsound.joined(separator: ", ")
            Terminal.complain(
                Terminal.both(
                    "这些渠道的设置有误，其目录里的明文文件没有查看：\(names)。请用 intake check 查出并改正，再运行 intake erase --due",
                    "the settings of these channels are wrong, so the files in the clear in their folders were not looked "
                        + "through: \(names). Mend what intake check says, then run: intake erase --due"))
            first = first ?? ExitCode(1)
        }
        if let first { throw first }
    }
}

extension OpenLedger {
    /// May be made once, and not beside `works()`.
    func leavings() throws -> Leavings { Leavings(configuration, try tools()) }
}
