public import Diagnostics
public import Glibc

/// Folders and files by their paths. What fails is told by `Problem.file`.
public enum FileSystem {
    /// The names of what is in a folder, in order; nil, and `errno`, if it cannot be listed.
    public static func names(in folder: String) -> [String]? {
        guard let directory = unsafe opendir(folder) else { return nil }
        defer { unsafe _ = closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) {
                unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Whether something exists at a path.
    public static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Whether a path, links followed, leads to a folder; nil if it leads nowhere.
    public static func isFolder(_ path: String) -> Bool? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return status.st_mode & S_IFMT == S_IFDIR
    }

    /// Throws 58030 unless `path` is a folder that is there, for commands that must not make one.
    public static func requireFolder(_ path: String) throws(Problem) {
        guard let isFolder = isFolder(path) else { throw .file("use", path) }
        guard isFolder else { throw .file("use", path, reason: systemMessage(ENOTDIR)) }
    }

    /// Makes a folder and its parents; one that exists is fine, what is no folder is 58030.
    ///
    /// - Parameter mode: Who may do what with those that are made; as given, their owner alone.
    public static func makeFolder(_ path: String, mode: UInt32 = 0o700) throws(Problem) {
        var partial = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            partial += (partial.isEmpty || partial.hasSuffix("/") ? "" : "/") + part
            if unsafe mkdir(partial, mode) != 0 && errno != EEXIST {
                throw .file("create", partial)
            }
        }
        try requireFolder(path)
    }

    /// Makes a folder of a name that nobody else has, for its owner alone, where the system wants
    /// what is temporary: in `TMPDIR`, else in `/tmp`.
    public static func makeTemporaryFolder() throws(Problem) -> String {
        let base = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        var template = Array((base + "/apus-XXXXXX").utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw .file("create a folder in", base) }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Where a path leads, links followed, as an absolute path; nil, and `errno`, if that is
    /// nowhere.
    public static func resolved(_ path: String) -> String? {
        guard let resolved = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    /// Removes files, as far as they are there and may be removed.
    public static func remove(_ paths: String...) {
        for path in paths { unsafe _ = unlink(path) }
    }

    /// Removes a folder with the files in it, as far as that may be done.
    public static func removeFolder(_ path: String) {
        for name in names(in: path) ?? [] { unsafe _ = unlink("\(path)/\(name)") }
        unsafe _ = rmdir(path)
    }

    /// The bytes of a file, without opening it; nil where there is no regular file.
    public static func byteCount(of path: String) -> Int? {
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return nil
        }
        return Int(status.st_size)
    }

    /// Whether two paths, links followed, lead to the same file.
    public static func areSame(_ one: String, _ other: String) -> Bool {
        var (first, second) = (stat(), stat())
        guard unsafe stat(one, &first) == 0, unsafe stat(other, &second) == 0 else { return false }
        return first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }

    /// The part of a path before its last slash; nil where that is the root or nothing.
    public static func folder(of path: String) -> String? {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return nil }
        return String(path[..<slash])
    }
}

extension Problem {
    /// 58030: what cannot be done with a file or folder. Met by who starts or administers a server.
    ///
    /// - Parameter reason: Why not; as given, what `errno` says.
    public static func file(
        _ verb: String, _ path: String, reason: String = systemMessage(errno), cause: String? = nil
    ) -> Problem {
        Problem(
            code: "58030", status: 503, message: "Cannot \(verb) \(path): \(reason).",
            hint: "Check the path, its permissions and the free space of the disk.", cause: cause)
    }
}
