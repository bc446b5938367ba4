import SQLite

/// What one write of a turn is undone to, if it fails.
enum UndoPoint {
    /// The beginning of the transaction, in which nothing stays so far. For a savepoint SQLite
    /// copies each page that is about to change into a file (tempfiles.html §2.3), which for a
    /// thousand rows is a third of the writer's time.
    case beginning
    /// A savepoint behind the writes that stay.
    case savepoint

    /// Before the write.
    func set(on connection: Connection) throws(SQLiteError) {
        switch self {
        case .beginning: break
        case .savepoint: try connection.execute("SAVEPOINT job")
        }
    }

    /// The write stays.
    func keep(on connection: Connection) throws(SQLiteError) {
        switch self {
        case .beginning: break
        case .savepoint: try connection.execute("RELEASE job")
        }
    }

    /// Undoes the write; with it the transaction, if that is what it is undone to.
    func undo(on connection: Connection) throws(SQLiteError) {
        switch self {
        case .beginning: try connection.execute("ROLLBACK")
        case .savepoint:
            try connection.execute("ROLLBACK TO job")
            try connection.execute("RELEASE job")
        }
    }
}
