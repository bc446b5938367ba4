import Bytes
public import Diagnostics
import Glibc

extension FileSystem {
    /// The bytes of a file; nil if it cannot be read.
    public static func contents(of path: String) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return read(descriptor, bytesMax: .max)
    }

    /// What a file that is open still holds; nil, and `errno`, if it cannot be read.
    ///
    /// - Parameter bytesMax: Where reading stops, at the next 16 KiB: more than these bytes say
    ///   that there are too many.
    public static func read(_ descriptor: Int32, bytesMax: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while bytes.count <= bytesMax {
            let count = unsafe buffer.withUnsafeMutableBytes { buffer in
                uninterrupted { unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count) }
            }
            if count < 0 { return nil }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return bytes
    }

    /// Writes all bytes to a file that is open.
    public static func write(
        _ bytes: [UInt8], to descriptor: Int32, called path: String
    ) throws(Problem) {
        guard writeAll(bytes, to: descriptor) else { throw .file("write", path) }
    }

    /// Makes a file with these bytes; false, with nothing written, if there is one or a link.
    ///
    /// - Parameter mode: Who may do what with it; as given, its owner reads and writes.
    public static func makeFile(
        _ path: String, _ bytes: [UInt8] = [], mode: UInt32 = 0o600
    ) throws(Problem) -> Bool {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let descriptor = unsafe open(path, flags, mode)
        guard descriptor >= 0 else {
            if errno == EEXIST { return false }
            throw .file("create", path)
        }
        defer { close(descriptor) }
        try write(bytes, to: descriptor, called: path)
        // Or a crash of the machine could leave the name with none of its bytes.
        guard bytes.isEmpty || fsync(descriptor) == 0 else { throw .file("write", path) }
        return true
    }

    /// Copies a file of any size to a new one, which its owner alone may read, and waits for the
    /// disk.
    ///
    /// - Throws: 58030; nothing is left of the copy then.
    public static func copy(_ path: String, to name: String) throws(Problem) {
        let range = FileRange(try OpenFile(path))
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let descriptor = unsafe open(name, flags, 0o600)
        guard descriptor >= 0 else { throw .file("create", name) }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var position = 0
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe range.read(from: position, into: $0)
            }
            if count == 0, fsync(descriptor) == 0 { return }
            guard count > 0, writeAll(Array(buffer[..<count]), to: descriptor) else {
                let problem = Problem.file("copy", path)
                remove(name)
                throw problem
            }
            position += count
        }
    }

    /// Replaces a file's contents in one step: readers see the old or the new, never a part. Its
    /// owner alone may read it.
    public static func replace(_ path: String, with bytes: [UInt8]) throws(Problem) {
        try withDraft(of: path, bytes) { draft throws(Problem) in
            guard unsafe rename(draft, path) == 0 else { throw .file("replace", path) }
        }
    }

    /// The same for a file of somebody's own: it keeps its owner and permissions, and a link that
    /// leads to it stays one.
    public static func rewrite(_ path: String, with bytes: [UInt8]) throws(Problem) {
        var status = stat()
        guard let file = resolved(path), unsafe stat(file, &status) == 0 else {
            throw .file("replace", path)
        }
        try withDraft(of: file, bytes) { draft throws(Problem) in
            unsafe _ = chown(draft, status.st_uid, status.st_gid)
            guard unsafe chmod(draft, status.st_mode & 0o7777) == 0, unsafe rename(draft, file) == 0
            else { throw .file("replace", path) }
        }
    }

    /// Makes a file whole or not at all, and not over another one, which is left as it is: whoever
    /// was faster has made it. Its owner alone may read it, and a power cut leaves it in place.
    public static func makeWhole(_ path: String, _ bytes: [UInt8]) throws(Problem) {
        try withDraft(of: path, bytes) { draft throws(Problem) in
            guard unsafe link(draft, path) == 0 || errno == EEXIST else {
                throw .file("create", path)
            }
        }
        synchroniseFolder(around: path)
    }

    /// Writes the bytes to a file beside `path`, of a name that nobody can have put a link at, and
    /// removes it afterwards if it still has that name.
    private static func withDraft(
        of path: String, _ bytes: [UInt8], _ body: (String) throws(Problem) -> Void
    ) throws(Problem) {
        var random = SystemRandomNumberGenerator()
        let draft = path + ".new-" + String(random.next() as UInt64, radix: 16)
        defer { unsafe _ = unlink(draft) }
        guard try makeFile(draft, bytes) else {
            throw .file("create", draft, reason: systemMessage(EEXIST))
        }
        try body(draft)
    }

    /// Gives a file that is whole the name it was written for, in place of another one or of none:
    /// in one step, and so that a power cut leaves the old one or the new one whole. Nobody else
    /// may have it open.
    public static func put(_ draft: String, at path: String) throws(Problem) {
        let descriptor = unsafe open(draft, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file("open", draft) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .file("write", draft) }
        guard unsafe rename(draft, path) == 0 else { throw .file("replace", path) }
        synchroniseFolder(around: path)
    }

    /// Has the names beside a path survive a power cut as they are now.
    public static func synchroniseFolder(around path: String) {
        synchroniseFolder(folder(of: path) ?? (path.hasPrefix("/") ? "/" : "."))
    }

    /// So that names survive a power cut as contents do. Some file systems cannot; they keep names
    /// in their own order.
    private static func synchroniseFolder(_ path: String) {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
