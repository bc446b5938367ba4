import Auth
import Diagnostics
import Glibc
import Store
import StoreSQLite
import Synchronization

/// Whether the file of the secrets still holds what the server was started with: whoever removes
/// it, or makes it anew, is told while the old one can still be found. Nothing is refused for it,
/// since the server has its secrets in memory.
final class SecretsWatch: Sendable {
    /// What tells one state of the file from another without reading it. The time is that of the
    /// last change of any kind: a file that becomes readable again is looked at again.
    private struct Mark: Equatable {
        let device: dev_t
        let inode: ino_t
        let bytes: off_t
        let seconds: Int
        let nanoseconds: Int
    }

    private struct State {
        var mark: Mark?
        var isLost = false
    }

    private let directory: String
    private let fingerprint: String
    private let log: Log
    private let state: Mutex<State>

    /// Begins with the file as it is now, of which `secrets` were read.
    init(_ secrets: Secrets, directory: String, log: Log) {
        self.directory = directory
        fingerprint = secrets.fingerprint
        self.log = log
        state = Mutex(State(mark: Self.mark(of: directory)))
    }

    /// Looks at the file; to be called each second. Tells each change once.
    func look() {
        let mark = Self.mark(of: directory)
        guard state.withLock({ $0.mark }) != mark else { return }
        let path = directory + "/" + Secrets.fileName
        // A file that cannot be used would stop the next start: that is no better than another.
        let isLost = (try? Secrets.load(directory: directory))?.fingerprint != fingerprint
        let wasLost = state.withLock { state in
            defer { state = State(mark: mark, isLost: isLost) }
            return state.isLost
        }
        if isLost {
            log.record(.secretsLost(path: path, isThere: mark != nil))
        } else if wasLost {
            log.record(.secretsRestored(path: path))
        }
    }

    private static func mark(of directory: String) -> Mark? {
        var status = stat()
        guard unsafe lstat(directory + "/" + Secrets.fileName, &status) == 0 else { return nil }
        return Mark(
            device: status.st_dev, inode: status.st_ino, bytes: status.st_size,
            seconds: status.st_ctim.tv_sec, nanoseconds: status.st_ctim.tv_nsec)
    }
}

extension ServerOptions {
    /// The secrets of the data directory, made on first use. Not while a server holds it: its own
    /// are no longer in the file, and others would open nothing.
    ///
    /// - Throws: as `Secrets.loadOrCreate`; 55006 when there are none and a server runs.
    func loadSecrets() throws(Problem) -> Secrets {
        if let secrets = try Secrets.load(directory: dataDirectory) { return secrets }
        do throws(Problem) {
            try DatabasePool.requireFree(databasePath)
        } catch {
            var problem = error
            problem.hint =
                "It still has its secrets, and \(dataDirectory)/\(Secrets.fileName) is gone: put "
                + "the file back from a backup, or stop the server first; then new ones are made."
            throw problem
        }
        return try Secrets.loadOrCreate(directory: dataDirectory)
    }
}
