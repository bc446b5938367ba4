import Bytes
import Diagnostics
import Disk
import Glibc
import Store

/// The lock on a data directory: a file with the server's process number, locked while the server
/// lives.
///
/// The kernel drops the lock with the process, so a crash leaves nothing to clean up. The file is
/// not called after the database, as it once was: whoever removes `apus.db*` must not let a second
/// server in.
final class DataLock: Sendable {
    private let lock: LockedFile
    /// The lock by its former name, if it was there. It is held to the end: a server that knows no
    /// other may have opened it before it was removed.
    private let former: LockedFile?

    /// Locks the directory of the database at `path`, and removes the lock of the former name.
    ///
    /// - Throws: 55006 when another process holds either, 58030 when the lock file cannot be made.
    init(databaseAt path: String) throws(Problem) {
        let lockPath = Self.path(besides: path)
        guard let lock = try Self.take(lockPath, making: true, for: path) else {
            throw .file("lock", lockPath)
        }
        let formerPath = path + ".lock"
        former = try Self.take(formerPath, for: path)
        if former != nil { unsafe _ = unlink(formerPath) }
        lock.write(process: getpid())
        self.lock = lock
    }

    /// Tells others where the server answers that holds the lock.
    func note(address: String) { lock.write(process: getpid(), address) }

    /// Where the server answers that holds the lock on the directory of the database at `path`, if
    /// it has said so; whoever held it last where nobody does.
    static func address(ofHolderBesides path: String) -> String? {
        guard let note = FileSystem.contents(of: Self.path(besides: path)) else { return nil }
        let lines = String(utf8: note).split(separator: "\n")
        return lines.count > 1 ? String(lines[1]) : nil
    }

    /// Nil when there is no such file.
    private static func take(
        _ path: String, making: Bool = false, for database: String
    ) throws(Problem) -> LockedFile? {
        switch try LockedFile.take(path, making: making) {
        case .taken(let file): return file
        case .held(let process): throw .databaseInUse(database, by: process)
        case .missing: return nil
        }
    }

    /// The lock file of the directory that the database at `path` stands in.
    static func path(besides path: String) -> String {
        let directory = path.lastIndex(of: "/").map { path[...$0] } ?? ""
        return directory + "lock"
    }
}

extension Problem {
    fileprivate static func databaseInUse(_ path: String, by process: String) -> Problem {
        Problem(
            code: "55006", status: 503,
            message:
                "Another Apus server\(process.isEmpty ? "" : " (process \(process))") is using "
                + "the database \(path).",
            hint: "Stop it first, or choose another data directory with --data.")
    }
}
