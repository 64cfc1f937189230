internal import CFiles
internal import Glibc
import Intake

/// One folder, by descriptor: a name given to it can lead neither out of it nor through a link, whatever it says.
final class DropFolder: Sendable {
    private let descriptor: Int32
    /// For messages.
    let path: String

    /// Opens the folder at `path`, made if need be (mode 0770 without what the umask takes: under our unit it is our own
    /// alone, until a person lets the telephone system in).
    init(path: String) throws(Trouble) {
        self.path = path
        unsafe mkdir(path, 0o770)
        descriptor = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor < 0 { throw DropFolder.trouble(Phrase(zh: "打开目录 \(path)", en: "open the folder \(path)")) }
    }

    private init(_ descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    /// A folder in this one, made if need be.
    func folder(_ name: DropName) throws(Trouble) -> DropFolder {
        let made = unsafe name.withPath { unsafe mkdirat(descriptor, $0, 0o770) }
        if made == 0 { try sync() }
        let inner = unsafe name.withPath {
            unsafe openat(descriptor, $0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        }
        if inner < 0 {
            throw DropFolder.trouble(Phrase(zh: "打开目录 \(path)/\(name)", en: "open the folder \(path)/\(name)"))
        }
        return DropFolder(inner, path: "\(path)/\(name)")
    }

    /// Calls `each` with every name, one at a time and in no order, until it gives false.
    func list(_ each: (DropName) throws(Trouble) -> Bool) throws(Trouble) {
        let own = unsafe openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard own >= 0, let stream = unsafe fdopendir(own) else {
            throw DropFolder.trouble(Phrase(zh: "列出目录 \(path)", en: "list the folder \(path)"))
        }
        defer { unsafe _ = closedir(stream) }
        while let entry = unsafe readdir(stream) {
            let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
            let bytes = unsafe UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: UInt8.self)
            var length = 0
            while unsafe bytes[length] != 0 { length += 1 }
            guard let name = unsafe DropName(UnsafeBufferPointer(start: bytes, count: length)) else { continue }
            if try !each(name) { return }
        }
    }

    /// Facts of a plain file; nil if there is none of that name, or it is a link, a folder or a device.
    func facts(_ name: DropName) -> FileFacts? {
        var found = cfiles_facts()
        let result = unsafe name.withPath { unsafe cfiles_facts(descriptor, $0, &found) }
        return result == 0 ? FileFacts(found) : nil
    }

    /// Whether a folder has this name; a link to one does not count.
    func isFolder(_ name: DropName) -> Bool {
        var found = cfiles_facts()
        let result = unsafe name.withPath { unsafe cfiles_facts(descriptor, $0, &found) }
        return result == 0 && found.folder == 1
    }

    /// Throws where its path leads elsewhere by now (it was removed, renamed, or a disk was mounted or unmounted), or
    /// where it may not be written.
    func check() throws(Trouble) {
        guard unsafe cfiles_same(descriptor, path) == 1 else {
            throw .passing(
                "目录 \(path) 已不在或被换掉；将重新打开", "the folder \(path) is gone or another has its name; it is opened anew")
        }
        guard unsafe faccessat(descriptor, ".", R_OK | W_OK | X_OK, AT_EACCESS) == 0 else {
            throw DropFolder.trouble(Phrase(zh: "在目录 \(path) 中写入", en: "write in the folder \(path)"))
        }
    }

    /// Whether this process may read it.
    func isReadable(_ name: DropName) -> Bool {
        unsafe name.withPath { unsafe faccessat(descriptor, $0, R_OK, AT_EACCESS) } == 0
    }

    /// Opens a plain file for reading; nil if it is gone or is no plain file.
    func open(_ name: DropName) throws(Trouble) -> OpenFile? {
        let file = unsafe name.withPath {
            unsafe openat(descriptor, $0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        }
        if file < 0, errno == ENOENT || errno == ELOOP || errno == ENXIO { return nil }
        if file < 0 { throw DropFolder.trouble(Phrase(zh: "读 \(path) 中的文件", en: "read a file of \(path)")) }
        let opened = OpenFile(file)
        return opened.facts == nil ? nil : opened
    }

    /// Moves a file into `target` under the name `as`, which must be free there. False if the file is gone. Durable once
    /// both folders are synced.
    @discardableResult
    func move(_ name: DropName, to target: DropFolder, as new: DropName) throws(Trouble) -> Bool {
        let moved = unsafe name.withPath { from in
            unsafe new.withPath { to in unsafe renameat(descriptor, from, target.descriptor, to) }
        }
        if moved == 0 { return true }
        if errno == ENOENT { return false }
        throw DropFolder.trouble(
            Phrase(zh: "把文件从 \(path) 移到 \(target.path)", en: "move a file from \(path) to \(target.path)"))
    }

    /// Writes a small file whole, synced, replacing one of that name; where that fails nothing is left.
    func write(_ name: DropName, _ text: String) throws(Trouble) {
        let draft = name.cut(adding: ".tmp")
        let file = unsafe draft.withPath {
            unsafe openat(descriptor, $0, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o640)
        }
        if file < 0 { throw DropFolder.trouble(Phrase(zh: "在 \(path) 中写文件", en: "write a file in \(path)")) }
        let bytes = Array(text.utf8)
        let written = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
        guard written == bytes.count, fsync(file) == 0 else {
            let trouble = DropFolder.trouble(Phrase(zh: "在 \(path) 中写文件", en: "write a file in \(path)"))
            close(file)
            remove(draft)
            throw trouble
        }
        close(file)
        try move(draft, to: self, as: name)
    }

    /// Removes a file; one that is gone already is as good as removed.
    func remove(_ name: DropName) { _ = unsafe name.withPath { unsafe unlinkat(descriptor, $0, 0) } }

    /// Removes an empty folder; one that is not empty stays.
    func removeFolder(_ name: DropName) { _ = unsafe name.withPath { unsafe unlinkat(descriptor, $0, AT_REMOVEDIR) } }

    /// Makes the names in it durable.
    func sync() throws(Trouble) {
        if fsync(descriptor) != 0 {
            throw DropFolder.trouble(Phrase(zh: "把目录 \(path) 落盘", en: "sync the folder \(path)"))
        }
    }

    /// Whether anything has this name.
    func holds(_ name: DropName) -> Bool {
        unsafe name.withPath { unsafe faccessat(descriptor, $0, F_OK, AT_SYMLINK_NOFOLLOW) } == 0
    }

    /// What to do about the error the system has just given.
    static func trouble(_ what: Phrase) -> Trouble {
        let code = errno
        switch code {
        case EACCES, EPERM, EROFS, ENOTDIR, EXDEV, ELOOP:
            return .needsPerson(
                "网关无权\(what.zh)（错误 \(code)）；请检查属主、权限，整个目录须在同一磁盘，其中没有链接",
                "the gateway may not \(what.en) (error \(code)); check its owner, mode, and that the whole drop is on one disk and holds no links"
            )
        default: return .passing("无法\(what.zh)（错误 \(code)）", "could not \(what.en) (error \(code))")
        }
    }
}

extension DropName {
    /// The name as C wants it. None holds a zero byte.
    func withPath<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        unsafe (bytes + [0]).withUnsafeBufferPointer { buffer in
            unsafe buffer.withMemoryRebound(to: CChar.self) { text in
                // An array of at least one byte has an address.
                guard let address = text.baseAddress else { return unsafe body("") }
                return unsafe body(address)
            }
        }
    }
}
