import Diagnostics
import Disk
import Glibc
import Store
import Synchronization

/// The file of a database, its directory, and the lock on it.
final class DatabaseFiles: Sendable {
    let path: String
    private let temporaryDirectory: String?
    private let lock: Mutex<DataLock?>

    init(_ location: DatabaseConfiguration.Location) throws(Problem) {
        switch location {
        case .file(let path):
            self.path = path
            temporaryDirectory = nil
            if let folder = FileSystem.folder(of: path) { try FileSystem.makeFolder(folder) }
        case .temporary:
            let directory = try FileSystem.makeTemporaryFolder()
            temporaryDirectory = directory
            path = directory + "/apus.db"
        }
        lock = Mutex(try DataLock(databaseAt: path))
        // Readable by its owner only: SQLite would make it for everybody, and gives its journals
        // the mode that the database has.
        _ = try FileSystem.makeFile(path)
    }

    /// Tells others where the server answers that holds the lock.
    func note(address: String) { lock.withLock { $0?.note(address: address) } }

    /// Gives up the lock and removes a temporary database.
    func close() {
        lock.withLock { $0 = nil }
        guard let directory = temporaryDirectory else { return }
        for suffix in ["", "-wal", "-shm", "-journal"] { unsafe _ = unlink(path + suffix) }
        unsafe _ = unlink(DataLock.path(besides: path))
        unsafe _ = rmdir(directory)
    }
}
