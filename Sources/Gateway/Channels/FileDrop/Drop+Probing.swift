import Foundation
import Intake

extension Drop {
    private static let probe = Array(".probe-".utf8)

    /// Sends an empty file through `folders`, in their order, and removes it: what cannot be renamed from one to the next
    /// is found out now and not with the first call. Gives the file system's clock less ours.
    static func probe(_ folders: [DropFolder], _ tools: Tools) throws(Trouble) -> Duration {
        for folder in folders { try sweep(folder) }
        guard let name = DropName(probe + Array("\(UInt64.random(in: 0...UInt64.max))".utf8)), var place = folders.first
        else { throw .needsPerson(".probe 不能作文件名", "no file can be called .probe") }
        try place.write(name, "")
        let skew = (place.facts(name)?.changed ?? tools.now()) - tools.now()
        for next in folders.dropFirst() {
            try place.move(name, to: next, as: name)
            place = next
        }
        place.remove(name)
        return skew
    }

    /// Removes what starts left that were killed at it: whoever may use the folders now is alone with them.
    private static func sweep(_ folder: DropFolder) throws(Trouble) {
        var left: [DropName] = []
        try folder.list { name throws(Trouble) in
            let whole = name.ends(in: ".tmp") ? name.bytes.dropLast(4) : name.bytes[...]
            if whole.starts(with: probe), whole.dropFirst(probe.count).allSatisfy({ (0x30...0x39).contains($0) }),
                folder.facts(name)?.size == 0
            {
                left.append(name)
            }
            return left.count < 1000
        }
        for name in left { folder.remove(name) }
    }
}
