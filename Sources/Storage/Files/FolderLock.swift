package import Intake

#if canImport(Glibc)
    import Glibc
#endif

/// Holds a folder for one process: two daemons on one state folder would take each other's jobs and scratch files. The
/// kernel lets go when the process ends, however it ends.
package final class FolderLock: Sendable {
    private let descriptor: Int32

    /// Passing trouble while another process holds the folder: it may be the one that is just ending.
    package init(folder: String) throws(Trouble) {
        descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw SyncedFile.trouble(Phrase(zh: "打开目录 \(folder)", en: "open the folder \(folder)"))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            Glibc.close(descriptor)
            throw .passing(
                "\(folder) 上已有守护进程在运行：请先停下它，或另给一个目录",
                "another daemon runs on \(folder): stop it first, or give this one a folder of its own")
        }
    }

    deinit { Glibc.close(descriptor) }
}
