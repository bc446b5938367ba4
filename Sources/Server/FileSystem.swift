import Bytes
import Configuration
import Crypto
import Diagnostics
import Glibc

/// The few file operations the server needs, with errors that name the path.
enum FileSystem {
    /// Makes a directory that only its owner may read, and its parents; one that exists is fine.
    static func makeDirectory(_ path: String) throws(Problem) {
        var partial = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            partial += (partial.isEmpty || partial.hasSuffix("/") ? "" : "/") + part
            if unsafe mkdir(partial, 0o700) != 0 && errno != EEXIST { throw failure("create", partial) }
        }
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            errno = ENOTDIR
            throw failure("use", path)
        }
    }

    /// Throws unless `path` is a folder that is there, for commands that must not make one.
    static func requireFolder(_ path: String) throws(Problem) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw failure("use", path) }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            errno = ENOTDIR
            throw failure("use", path)
        }
    }

    /// Whether something exists at a path.
    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Replaces a file's contents in one step: readers see the old or the new, never a part.
    /// Its owner alone may read it.
    static func replace(_ path: String, with bytes: [UInt8]) throws(Problem) {
        // A name that nobody can have put a link at.
        let draft = path + ".new-" + Hex.encode(RandomBytes.make(8))
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let descriptor = unsafe open(draft, flags, 0o600)
        guard descriptor >= 0 else { throw failure("write", draft) }
        do throws(Problem) {
            defer { close(descriptor) }
            try write(bytes, to: descriptor, called: draft)
            // Or a crash of the machine could leave the new name with none of its bytes.
            guard fsync(descriptor) == 0 else { throw failure("write", draft) }
            guard unsafe rename(draft, path) == 0 else { throw failure("replace", path) }
        } catch {
            unsafe unlink(draft)
            throw error
        }
    }

    /// Writes all bytes to a file that is open.
    static func write(
        _ bytes: [UInt8], to descriptor: Int32, called path: String
    ) throws(Problem) {
        guard writeAll(bytes, to: descriptor) else { throw failure("write", path) }
    }

    /// What `errno` says of a path.
    static func failure(_ verb: String, _ path: String) -> Problem {
        let reason = systemMessage(errno)
        return Problem(
            code: "58030", status: 500, message: "Cannot \(verb) \(path): \(reason).")
    }
}

extension ServerOptions {
    /// Makes the data directory, or makes sure that it is its owner's alone; the project it belongs
    /// to has to be there.
    func prepareDataDirectory(log: Log) throws(Problem) {
        if dataDirectory.hasPrefix(projectDirectory + "/") {
            try FileSystem.requireFolder(projectDirectory)
        }
        try DataDirectory.prepare(dataDirectory) { log.record($0) }
    }

    /// The same for a command that a person runs and that has no log of its own.
    func prepareDataDirectory() throws { try prepareDataDirectory(log: try commandLog()) }

    /// Where a command that a person runs tells what it does besides.
    func commandLog() throws -> Log {
        let log = try loadSettings().resolved().log
        return Log(level: log.level, format: log.format ?? .text)
    }
}
