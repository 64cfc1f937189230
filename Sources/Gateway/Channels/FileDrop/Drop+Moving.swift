import Foundation
import Intake

extension Drop {
    /// Names that are tried for one file before a person is asked.
    private static let tries = 8

    /// Folder of the day in `done/`, or why there is none.
    func today() -> (DropFolder?, Trouble?) {
        guard let day = DropName(Drop.day(tools.now(), reading().report.zone)) else {
            return (nil, .needsPerson("城市的日期不能作目录名", "the city's day cannot name a folder"))
        }
        do throws(Trouble) { return (try done.folder(day), nil) } catch { return (nil, error) }
    }

    /// A free name in `target` for a file that the ledger has under this key.
    func place(_ name: DropName, _ key: Data, in target: DropFolder) throws(Trouble) -> DropName {
        let kept = KeptName(key: key, name: KeptName.told(name, tools.keys))
        return try free(kept.written(tools.keys), in: target) { kept.another.written(tools.keys) }
    }

    /// A name that nothing has there, nor its call facts: `first`, else one of `another`. Needs a person where none of a
    /// handful is free.
    func free(
        _ first: DropName, in target: DropFolder, another: () -> DropName
    ) throws(Trouble) -> DropName {
        var name = first
        for _ in 0..<Drop.tries {
            if !target.holds(name), name.adding(DropFile.facts).map(target.holds) != true { return name }
            name = another()
        }
        throw .needsPerson(
            "\(target.path) 里没有空闲的名字可用；请把其中同名的文件移到别处，修好后自己继续",
            "no free name was found in \(target.path); move the files of that name elsewhere, then it goes on by itself"
        )
    }

    /// Moves a file, then its call facts: as long as a file lies claimed its facts lie beside it, so that read again it
    /// is the same call.
    func move(
        _ name: DropName, from folder: DropFolder, to target: DropFolder, as place: DropName? = nil
    ) throws(Trouble) {
        var free = place ?? name
        if place == nil { free = try self.free(name, in: target) { name.another } }
        try folder.move(name, to: target, as: free)
        if let facts = name.adding(DropFile.facts), folder.facts(facts) != nil {
            try folder.move(facts, to: target, as: free.cut(adding: DropFile.facts))
        }
    }
}
