public import Diagnostics
import Glibc
import Store
import Synchronization

/// Whether the files of an open database are still the ones that were opened.
///
/// A file that was removed or replaced takes writes as if nothing had happened, and they go with
/// it when the process ends. Without the log's index other programs index the log anew, beside this
/// one. Without the lock another server may have begun, which counts its own changes and numbers:
/// from then on only that one may write.
///
/// The writer looks before each commit, and when it is woken while nobody writes. A look is a call
/// of `stat` for each file, 1 µs: to look each second only would acknowledge rows into a removed
/// file for as long. Before a commit it looks while it holds SQLite's lock for writing, which the
/// start of another server waits for before it reads where to count on: nothing is counted twice.
/// What was found stays: nobody knows what has happened to the file in between.
final class FilePresence: Sendable {
    private struct State {
        var opened: [OpenedFile] = []
        var lost: LostFile?
        var report: (@Sendable (LostFile) -> Void)?
    }

    private let state = Mutex(State())

    /// Takes note of the database at `path` and the files beside it, which have just been opened.
    func remember(_ path: String) {
        let files = DatabaseFile.allCases.map { file in
            LostFile(path: file.path(ofDatabase: path), file: file)
        }
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
    /// The path as `stat` takes it, each time anew.
    private let path: [CChar]
    private let device: dev_t
    private let inode: ino_t

    init?(_ file: LostFile) {
        var status = stat()
        let path = Array(file.path.utf8CString)
        guard unsafe stat(path, &status) == 0 else { return nil }
        self.file = file
        self.path = path
        device = status.st_dev
        inode = status.st_ino
    }

    /// Whether the path still leads to it. A path that cannot be looked at is no evidence.
    var isInPlace: Bool {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            return errno != ENOENT && errno != ENOTDIR
        }
        return status.st_dev == device && status.st_ino == inode
    }
}

/// A file that was removed or replaced under the pool.
public struct LostFile: Sendable {
    /// Where it was.
    public let path: String
    /// Which it is. The pool still has a log open, and `close` writes what it holds into the
    /// database.
    public let file: DatabaseFile
}

extension DatabaseFile {
    /// Where it stands beside the database at `path`.
    fileprivate func path(ofDatabase path: String) -> String {
        switch self {
        case .database: path
        case .log: path + "-wal"
        case .logIndex: path + "-shm"
        case .lock: DataLock.path(besides: path)
        }
    }
}

extension SQLiteDatabase {
    /// Why nothing is written any more: a file of the database was removed or replaced. Nil while
    /// all of them stand where they were opened.
    public var loss: Problem? { shared.presence.lost == nil ? nil : .databaseLost }

    /// Has `report` told, once, which file was removed or replaced under the pool. Called on the
    /// writer's thread.
    public func onLoss(_ report: @escaping @Sendable (LostFile) -> Void) {
        shared.presence.onLoss(report)
    }
}

extension Problem {
    /// 58P01: writes would be lost with the file that they go to, or collide with another server's.
    /// The path is for the log.
    static let databaseLost = Problem(
        code: "58P01", status: 503,
        message: "A file of the database was removed or replaced: nothing is written any more.",
        hint: "The server's log names the file and what to do.")
}
