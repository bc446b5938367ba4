public import Diagnostics
import Glibc
import Synchronization

/// Whether the files of an open database are still the ones that were opened.
///
/// A file that was removed or replaced takes writes as if nothing had happened, and they go with
/// it when the process ends. The writer looks before each commit, and when it is woken while
/// nobody writes. A look is two calls of `stat`, 2 µs together: to look each second only would
/// acknowledge rows into a removed file for as long. What was found stays: nobody knows what has
/// happened to the file in between.
final class FilePresence: Sendable {
    private struct State {
        var opened: [OpenedFile] = []
        var lost: LostFile?
        var report: (@Sendable (LostFile) -> Void)?
    }

    private let state = Mutex(State())

    /// Takes note of the database at `path` and its log, which have just been opened.
    func remember(_ path: String) {
        let files = [
            LostFile(path: path, isLog: false), LostFile(path: path + "-wal", isLog: true),
        ]
        state.withLock { $0.opened = files.compactMap(OpenedFile.init) }
    }

    /// The file that was found to be gone.
    var lost: LostFile? { state.withLock { $0.lost } }

    /// Looks whether the files are there, and reports the first that is not, once. For the writer.
    ///
    /// - Returns: whether all of them are.
    func look() -> Bool {
        let opened = state.withLock { $0.lost == nil ? $0.opened : nil }
        // Outside of the lock: a file system may take its time, and others ask what is known.
        guard let opened else { return false }
        guard let lost = opened.first(where: { !$0.isInPlace })?.file else { return true }
        let report = state.withLock { state in
            state.lost = lost
            return state.report
        }
        report?(lost)
        return false
    }

    /// Has `report` told of the file that gets lost, at once if one has been.
    func onLoss(_ report: @escaping @Sendable (LostFile) -> Void) {
        let lost = state.withLock { state in
            state.report = report
            return state.lost
        }
        if let lost { report(lost) }
    }
}

/// A file by what tells it from all others of the machine.
private struct OpenedFile {
    let file: LostFile
    private let device: dev_t
    private let inode: ino_t

    init?(_ file: LostFile) {
        var status = stat()
        guard unsafe stat(file.path, &status) == 0 else { return nil }
        self.file = file
        device = status.st_dev
        inode = status.st_ino
    }

    /// Whether the path still leads to it. A path that cannot be looked at is no evidence.
    var isInPlace: Bool {
        var status = stat()
        guard unsafe stat(file.path, &status) == 0 else {
            return errno != ENOENT && errno != ENOTDIR
        }
        return status.st_dev == device && status.st_ino == inode
    }
}

/// A file that was removed or replaced under the pool.
public struct LostFile: Sendable {
    /// Where it was.
    public let path: String
    /// Whether it is the write-ahead log. The pool still has it open, and `close` writes what it
    /// holds into the database.
    public let isLog: Bool
}

extension DatabasePool {
    /// Why nothing is written any more: the database file was removed or replaced. Nil while it
    /// stands where it was opened.
    public var loss: Problem? { presence.lost == nil ? nil : .databaseLost }

    /// Has `report` told, once, which file was removed or replaced under the pool. Called on the
    /// writer's thread.
    public func onLoss(_ report: @escaping @Sendable (LostFile) -> Void) {
        presence.onLoss(report)
    }
}

extension Problem {
    /// 58P01: writes would be lost with the file that they go to. The path is for the log.
    static let databaseLost = Problem(
        code: "58P01", status: 503,
        message: "The database file was removed or replaced: nothing is written any more.",
        hint: "The server's log names the file and what to do.")
}
