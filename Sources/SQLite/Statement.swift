import CSQLite
import Synchronization

/// A prepared statement. Kept by a connection between runs; finalised when nobody holds it.
@safe final class Statement {
    private static let count = Atomic(0)

    /// How many there are in this process.
    static var countOfAll: Int { count.load(ordering: .relaxed) }

    let handle: OpaquePointer
    /// The connection's handle, for error messages. The connection outlives its statements: a run
    /// holds one only inside a call on the connection, the cache is emptied before the handle is
    /// closed.
    let connection: OpaquePointer
    let parameterCount: Int32
    /// Bit N says that parameter ?N is mentioned, for N up to 63.
    let mentioned: UInt64
    var isRunning = false
    /// The connection's clock when this statement was last used.
    var lastUse: UInt64 = 0
    /// What it counts for among the kept ones, in bytes.
    var keptBytes = 0
    /// See `StatementRun.memory`.
    var memory: AnyObject?

    /// - Parameter isKept: Whether it will be there for long, which tells SQLite where to put it.
    init(_ sql: String, connection: Connection, isKept: Bool) throws(SQLiteError) {
        let database = unsafe connection.handle
        var prepared: OpaquePointer?
        var sql = sql
        var trailing = false
        let code = sql.withUTF8 { text -> Int32 in
            guard text.count <= Int(Int32.max) else { return SQLITE_TOOBIG }
            return unsafe text.withMemoryRebound(to: CChar.self) { text -> Int32 in
                var tail: UnsafePointer<CChar>?
                let code = unsafe sqlite3_prepare_v3(
                    database, text.baseAddress, Int32(text.count),
                    isKept ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0, &prepared, &tail)
                if let start = text.baseAddress, let tail = unsafe tail {
                    let rest = unsafe text[(tail - start)...]
                    unsafe trailing = !rest.allSatisfy { $0 == 0x20 || $0 == 0x0A || $0 == 0x3B }
                }
                return code
            }
        }
        guard code == SQLITE_OK, let handle = unsafe prepared else {
            throw code == SQLITE_OK
                ? SQLiteError(code: SQLITE_MISUSE, message: "the SQL text holds no statement")
                : unsafe SQLiteError(code: code, handle: database)
        }
        if trailing {
            unsafe sqlite3_finalize(handle)
            throw SQLiteError(code: SQLITE_MISUSE, message: "the SQL text holds several statements")
        }
        unsafe self.handle = handle
        unsafe self.connection = database
        parameterCount = unsafe sqlite3_bind_parameter_count(handle)
        var mentioned: UInt64 = 0
        for number in 1..<max(1, min(64, parameterCount + 1))
        where unsafe sqlite3_bind_parameter_name(handle, number) != nil {
            mentioned |= 1 << UInt64(number)
        }
        self.mentioned = mentioned
        Self.count.add(1, ordering: .relaxed)
    }

    /// Bytes of memory that it takes (c3ref/c_stmtstatus_counter.html, MEMUSED).
    var byteCount: Int { unsafe Int(sqlite3_stmt_status(handle, SQLITE_STMTSTATUS_MEMUSED, 0)) }

    deinit {
        Self.count.subtract(1, ordering: .relaxed)
        unsafe sqlite3_finalize(handle)
    }
}
