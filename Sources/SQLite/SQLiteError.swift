import CSQLite

/// What SQLite answered when it did not do as asked.
public struct SQLiteError: Error, Hashable, Sendable {
    /// The extended result code (sqlite.org/rescode.html).
    public let code: Int32
    /// SQLite's own words. They may name tables and columns, never bound values.
    public let message: String
    /// The byte in the SQL text that the message is about, if it is about one.
    public let offset: Int?

    /// An error as SQLite reported it.
    public init(code: Int32, message: String, offset: Int? = nil) {
        self.code = code
        self.message = message
        self.offset = offset
    }

    /// The result code without its extension: `SQLITE_CONSTRAINT` for every constraint.
    public var primary: Int32 { code & 0xFF }

    /// The constraint that was broken; nil for other errors.
    public var constraint: Constraint? {
        primary == SQLITE_CONSTRAINT ? Constraint(rawValue: code >> 8) : nil
    }

    /// The error that the last call on `handle` left behind.
    init(code: Int32, handle: OpaquePointer?) {
        guard let handle = unsafe handle else {
            self.init(code: code, message: unsafe String(cString: sqlite3_errstr(code)))
            return
        }
        let offset = unsafe Int(sqlite3_error_offset(handle))
        self.init(
            code: unsafe sqlite3_extended_errcode(handle),
            message: unsafe String(cString: sqlite3_errmsg(handle)),
            offset: offset >= 0 ? offset : nil)
    }
}

/// SQLite's result codes by name (sqlite.org/rescode.html). Composite macros are not imported into
/// Swift.
public enum ResultCode {
    /// Done.
    public static let ok = SQLITE_OK
    /// Another connection holds a lock.
    public static let busy = SQLITE_BUSY
    /// A statement of this connection holds a lock.
    public static let locked = SQLITE_LOCKED
    /// Out of memory.
    public static let noMemory = SQLITE_NOMEM
    /// The file or the connection cannot be written.
    public static let readOnly = SQLITE_READONLY
    /// A text or blob over SQLite's bound, or ours.
    public static let tooBig = SQLITE_TOOBIG
    /// The progress handler or a call stopped the statement.
    public static let interrupt = SQLITE_INTERRUPT
    /// The system refused to read or write.
    public static let inputOutput = SQLITE_IOERR
    /// The file is damaged.
    public static let corrupt = SQLITE_CORRUPT
    /// The disk, or the bound on pages, is full.
    public static let full = SQLITE_FULL
    /// NULL, or something else that is no integer, as a rowid.
    public static let mismatch = SQLITE_MISMATCH
    /// The file cannot be opened.
    public static let cannotOpen = SQLITE_CANTOPEN
    /// The system forbids the access.
    public static let permission = SQLITE_PERM
    /// The authorizer forbids the statement.
    public static let authorisation = SQLITE_AUTH
    /// The file is no database.
    public static let notADatabase = SQLITE_NOTADB
}

/// The constraints that a statement can break, by SQLite's numbers for them (rescode.html: the
/// second byte of an extended `SQLITE_CONSTRAINT`). Not among them: what virtual tables, hooks and
/// functions of C report.
public enum Constraint: Int32, Sendable {
    /// A CHECK constraint.
    case check = 1
    /// A foreign key.
    case foreignKey = 3
    /// A NOT NULL constraint.
    case notNull = 5
    /// A primary key.
    case primaryKey = 6
    /// A trigger raised an error; also a RESTRICT action.
    case trigger = 7
    /// A UNIQUE constraint.
    case unique = 8
    /// A rowid that is taken.
    case rowID = 10
}
