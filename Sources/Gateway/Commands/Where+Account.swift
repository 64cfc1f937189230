import Foundation
import Glibc
import Intake

extension Configuration.Fixed {
    /// What a command of root writes must be readable by the daemon: from here on it acts as the owner of the state folder.
    /// Configuration and credentials were read before. Needs a person if the kernel refuses.
    func actAsOwner() throws(Trouble) {
        guard geteuid() == 0, let facts = try? FileManager.default.attributesOfItem(atPath: state),
            let owner = (facts[.ownerAccountID] as? NSNumber)?.uint32Value, owner != 0,
            let group = (facts[.groupOwnerAccountID] as? NSNumber)?.uint32Value
        else { return }
        let name = unsafe getpwuid(owner).map { unsafe String(cString: $0.pointee.pw_name) }
        // Its other groups too: a department's folder may belong to one of them.
        let joined = name.map { unsafe initgroups($0, group) } ?? setgroups(0, nil)
        guard joined == 0, setegid(group) == 0, seteuid(owner) == 0 else {
            throw .needsPerson(
                "不能以状态目录属主（\(name ?? "\(owner)")）的身份运行；请用 sudo -u",
                "cannot act as the owner of the state folder (\(name ?? "\(owner)")); use sudo -u",
                detail: unsafe String(cString: strerror(errno)))
        }
    }
}
