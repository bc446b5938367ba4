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
    static func write(_ bytes: [UInt8], to path: String, mode: mode_t) throws(Problem) {
        let temporary = path + ".new"
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure("write", temporary) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                close(descriptor)
                throw failure("write", temporary)
            }
            rest = rest.dropFirst(count)
        }
        // Or a crash of the machine could leave the new name with none of its bytes.
        guard fsync(descriptor) == 0 else {
            close(descriptor)
            throw failure("write", temporary)
        }
        close(descriptor)
        guard unsafe rename(temporary, path) == 0 else { throw failure("replace", path) }
    }

    private static func failure(_ verb: String, _ path: String) -> Problem {
        let reason = unsafe String(cString: strerror(errno))
        return Problem(
            code: "58030", status: 500, message: "Cannot \(verb) \(path): \(reason).")
    }
}

extension ServerOptions {
    /// Makes the data directory if it is not there; the project it belongs to has to be.
    func makeDataDirectory() throws(Problem) {
        if dataDirectory.hasPrefix(projectDirectory + "/") {
            try FileSystem.requireFolder(projectDirectory)
        }
        try FileSystem.makeDirectory(dataDirectory)
    }
}
