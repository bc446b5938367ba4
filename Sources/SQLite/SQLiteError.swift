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
    public static let ok = SQLITE_OK
    public static let busy = SQLITE_BUSY
    public static let locked = SQLITE_LOCKED
    public static let noMemory = SQLITE_NOMEM
    public static let readOnly = SQLITE_READONLY
    public static let interrupt = SQLITE_INTERRUPT
    public static let inputOutput = SQLITE_IOERR
    public static let corrupt = SQLITE_CORRUPT
    public static let full = SQLITE_FULL
    public static let cannotOpen = SQLITE_CANTOPEN
    public static let permission = SQLITE_PERM
    public static let authorisation = SQLITE_AUTH
    public static let notADatabase = SQLITE_NOTADB
    public static let constraint = SQLITE_CONSTRAINT
    public static let constraintCheck = SQLITE_CONSTRAINT | 1 << 8
    public static let constraintForeignKey = SQLITE_CONSTRAINT | 3 << 8
    public static let constraintNotNull = SQLITE_CONSTRAINT | 5 << 8
    public static let constraintPrimaryKey = SQLITE_CONSTRAINT | 6 << 8
    public static let constraintTrigger = SQLITE_CONSTRAINT | 7 << 8
    public static let constraintUnique = SQLITE_CONSTRAINT | 8 << 8
    public static let constraintRowID = SQLITE_CONSTRAINT | 10 << 8
    public static let constraintDatatype = SQLITE_CONSTRAINT | 12 << 8
}
