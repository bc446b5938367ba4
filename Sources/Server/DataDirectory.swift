import Diagnostics
import Disk
import Glibc
import Schema

/// The data directory as every command meets it that uses one: made, or looked at, before a file in
/// it is opened.
///
/// Its owner alone may enter it (0700) and read its files (0600). What is wider is closed, with a
/// line in the log; what cannot be closed, belongs to somebody else, or is a link where a file
/// should be, stops the command. A wide directory that other things lie in is refused, not closed:
/// `--data` may have been given a home directory or `/tmp`.
struct DataDirectory {
    private let path: String
    private let descriptor: Int32
    /// What lies in it.
    private let names: [String]
    private let record: (Event) -> Void

    /// Makes the directory at `path` and its parents, or makes sure of the one that is there.
    ///
    /// - Parameter record: is told what was closed.
    /// - Throws: `unsafe_data_directory` with the path at fault and what to do.
    static func prepare(_ path: String, record: @escaping (Event) -> Void) throws(Problem) {
        try FileSystem.makeFolder(path)
        try requireOwnLink(path)
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file("use", path) }
        defer { close(descriptor) }
        guard let names = FileSystem.names(in: path) else {
            throw .file("read", path)
        }
        let directory = DataDirectory(
            path: path, descriptor: descriptor, names: names, record: record)
        try directory.closeItself()
        for name in directory.files { try directory.closeFile(name) }
        if names.contains(Self.backups) { try directory.closeBackups() }
        try directory.ignoreInGit()
    }

    /// Whether a database has been in the directory at `path` and is not there any more. Every
    /// command that opens one leaves the lock behind; `apus keys` opens none.
    static func hasLostDatabase(_ path: String) -> Bool {
        !FileSystem.exists(path + "/apus.db")
            && ["lock", "apus.db.lock", "apus.db-wal"].contains {
                FileSystem.exists("\(path)/\($0)")
            }
    }

    /// A link is as good as its owner: systemd's are root's.
    private static func requireOwnLink(_ path: String) throws(Problem) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK,
            status.st_uid != 0, status.st_uid != geteuid()
        else { return }
        throw .foreign("The link \(path)", owner: status.st_uid, directory: path)
    }

    private func closeItself() throws(Problem) {
        let status = try status()
        guard status.st_uid == geteuid() else {
            throw .foreign("The data directory \(path)", owner: status.st_uid, directory: path)
        }
        guard status.isWide else { return }
        guard status.st_mode & S_ISVTX == 0, strangers.isEmpty else {
            throw .shared(
                path, mode: status.st_mode, strangers: strangers, isOurs: names.contains("apus.db"))
        }
        guard fchmod(descriptor, 0o700) == 0, try !self.status().isWide else {
            throw .unclosable(path, mode: status.st_mode)
        }
        record(.closedToOthers(path: path, mode: status.octal))
    }

    /// Looks at one of our files without opening it: a descriptor closed here would take away the
    /// locks that SQLite holds on the file in this process (fcntl(2)).
    private func closeFile(_ name: String) throws(Problem) {
        let file = "\(path)/\(name)"
        let status = try status(of: name)
        guard status.st_mode & S_IFMT == S_IFREG else { throw .noFile(file, mode: status.st_mode) }
        guard status.st_uid == geteuid() else {
            throw .foreign(file, owner: status.st_uid, directory: path)
        }
        guard status.isWide else { return }
        guard unsafe fchmodat(descriptor, name, 0o600, AT_SYMLINK_NOFOLLOW) == 0,
            try !self.status(of: name).isWide
        else { throw .unclosable(file, mode: status.st_mode) }
        record(.closedToOthers(path: file, mode: status.octal))
    }

    /// Looks at the folder that backups are kept in where nobody has named another. They are their
    /// owner's alone by themselves, too.
    private func closeBackups() throws(Problem) {
        let folder = "\(path)/\(Self.backups)"
        let status = try status(of: Self.backups)
        // A link leads to where somebody wants them, who sees to it.
        guard status.st_mode & S_IFMT == S_IFDIR, status.isWide else { return }
        guard unsafe fchmodat(descriptor, Self.backups, 0o700, 0) == 0 else {
            throw .unclosable(folder, mode: status.st_mode)
        }
        record(.closedToOthers(path: folder, mode: status.octal))
    }

    /// Keeps secrets and data out of repositories.
    private func ignoreInGit() throws(Problem) {
        guard !names.contains(Self.gitignore) else { return }
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let file = unsafe openat(descriptor, Self.gitignore, flags, 0o600)
        guard file >= 0 else {
            // Another command was faster.
            if errno == EEXIST { return }
            throw .file("write", "\(path)/\(Self.gitignore)")
        }
        defer { close(file) }
        let patterns = strangers.isEmpty ? "*\n" : Self.ourPatterns
        try FileSystem.write(Array(patterns.utf8), to: file, called: "\(path)/\(Self.gitignore)")
    }

    private func status() throws(Problem) -> stat {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .file("use", path) }
        return status
    }

    private func status(of name: String) throws(Problem) -> stat {
        var status = stat()
        guard unsafe fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            throw .file("use", "\(path)/\(name)")
        }
        return status
    }
}

// What lies in a data directory.
extension DataDirectory {
    private static let gitignore = ".gitignore"
    private static let backups = "backups"
    private static let ours: Set<String> = [
        "apus.db", "apus.db-wal", "apus.db-shm", "apus.db-journal", "lock", "secrets.json",
        "model.schema.json", "project.schema.json", gitignore, backups,
        // The lock by its former name.
        "apus.db.lock",
    ]
    /// What is written beside a file before it takes its place, and left when a machine stops; and
    /// databases that a restored one has replaced.
    private static let drafts = [
        "secrets.json.new", "model.schema.json.new", "project.schema.json.new", "apus.db.part",
        "apus.db.replaced-",
    ]
    /// What file systems put into the root of a volume.
    private static let furniture: Set<String> = ["lost+found"]

    /// What hides our files and none of the other things beside them.
    private static let ourPatterns =
        "/.gitignore\n/apus.db*\n/backups/\n/lock\n/model.schema.json*\n/project.schema.json*\n"
        + "/secrets.json*\n"

    private static func isOurs(_ name: String) -> Bool {
        ours.contains(name) || drafts.contains { name.hasPrefix($0) }
    }

    /// Our files. A `.gitignore` among other things belongs to those.
    private var files: [String] {
        names.filter {
            Self.isOurs($0) && $0 != Self.backups && ($0 != Self.gitignore || strangers.isEmpty)
        }
    }

    /// What is there beside our files.
    private var strangers: [String] {
        names.filter { !Self.isOurs($0) && !Self.furniture.contains($0) }
    }
}

extension stat {
    /// Whether others than the owner may do anything.
    fileprivate var isWide: Bool { st_mode & 0o077 != 0 }

    fileprivate var octal: String { st_mode.octal }
}

extension mode_t {
    /// The permissions as people write them: `644`.
    fileprivate var octal: String { String(self & 0o7777, radix: 8) }
}

extension Problem {
    private static func unsafeData(_ message: String, hint: String) -> Problem {
        Problem(code: "unsafe_data_directory", status: 500, message: message, hint: hint)
    }

    fileprivate static func foreign(_ what: String, owner: uid_t, directory: String) -> Problem {
        unsafeData(
            "\(what) belongs to user \(owner), and Apus runs as user \(geteuid()).",
            hint: "\(ownDirectory(in: directory)), or give this one and what is in it to the user "
                + "that Apus runs as.")
    }

    /// - Parameter isOurs: whether a database of ours is there already: another directory would
    ///   begin without its rows.
    fileprivate static func shared(
        _ path: String, mode: mode_t, strangers: [String], isOurs: Bool
    ) -> Problem {
        let others =
            strangers.prefix(3).joined(separator: ", ")
            + (strangers.count > 3 ? ", …" : "")
        let reason =
            strangers.isEmpty ? "is for everybody's files" : "holds other things: \(others)"
        return unsafeData(
            "The data directory \(path) is open to other users (mode \(mode.octal)) and \(reason).",
            hint: isOurs && !strangers.isEmpty
                ? "Move the other things out of it; Apus then closes it to others."
                : "\(ownDirectory(in: path)).")
    }

    private static func ownDirectory(in path: String) -> String {
        "Name a directory of its own, such as --data \(path == "/" ? "" : path)/apus"
    }

    fileprivate static func unclosable(_ path: String, mode: mode_t) -> Problem {
        unsafeData(
            "\(path) is open to other users (mode \(mode.octal)) and cannot be closed to them.",
            hint: "Its file system may not keep permissions; name a directory on another one with "
                + "--data.")
    }

    fileprivate static func noFile(_ path: String, mode: mode_t) -> Problem {
        let kind = mode & S_IFMT == S_IFLNK ? "a symbolic link" : "not a regular file"
        return unsafeData(
            "\(path) is \(kind).",
            hint: "Put the file itself in its place; --data DIR chooses where all of them are.")
    }
}
