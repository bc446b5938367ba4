import Auth
import Diagnostics
import Glibc
import Store
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

    private let path: String
    private let fingerprint: String
    private let log: Log
    private let state: Mutex<State>

    /// Begins with the file as it is now, of which the secrets were read; nil where they were read
    /// elsewhere.
    init?(_ found: FoundSecrets, log: Log) {
        guard case .file(let path) = found.source else { return nil }
        self.path = path
        fingerprint = found.secrets.fingerprint
        self.log = log
        state = Mutex(State(mark: Self.mark(of: path)))
    }

    /// Looks at the file; to be called each second. Tells each change once.
    func look() {
        let mark = Self.mark(of: path)
        guard state.withLock({ $0.mark }) != mark else { return }
        // A file that cannot be used would stop the next start: that is no better than another.
        let isLost = (try? Secrets.load(path: path))?.fingerprint != fingerprint
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

    private static func mark(of path: String) -> Mark? {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return nil }
        return Mark(
            device: status.st_dev, inode: status.st_ino, bytes: status.st_size,
            seconds: status.st_ctim.tv_sec, nanoseconds: status.st_ctim.tv_nsec)
    }
}
