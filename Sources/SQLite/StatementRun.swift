import CSQLite

/// One run of a statement. Cannot be copied; leaving its scope resets the statement and frees its
/// arguments.
public struct StatementRun: ~Copyable {
    private let statement: Statement

    init(_ statement: Statement) {
        self.statement = statement
        statement.isRunning = true
    }

    deinit {
        unsafe sqlite3_reset(statement.handle)
        if statement.parameterCount > 0 { unsafe _ = sqlite3_clear_bindings(statement.handle) }
        statement.isRunning = false
    }

    /// The highest parameter number.
    public var parameterCount: Int { Int(statement.parameterCount) }

    /// Whether parameter `?number` occurs in the text. Known for numbers below 64.
    public func mentions(_ number: Int) -> Bool {
        number < 64 && statement.mentioned & (1 << UInt64(number)) != 0
    }

    /// Whether this run, or an earlier one of the statement, has stepped through a whole table or
    /// index that no condition bounds (c3ref/c_stmtstatus_counter.html, FULLSCAN_STEP).
    public var readsWholeTable: Bool {
        unsafe sqlite3_stmt_status(statement.handle, SQLITE_STMTSTATUS_FULLSCAN_STEP, 0) > 0
    }

    /// What its user remembers of the statement, for as long as it is kept.
    public var memory: AnyObject? {
        get { statement.memory }
        nonmutating set { statement.memory = newValue }
    }

    /// The number of columns of each row; 0 for a statement that returns none.
    public var columnCount: Int { unsafe Int(sqlite3_column_count(statement.handle)) }

    /// The name of a column.
    public func columnName(_ index: Int) -> String {
        guard let name = unsafe sqlite3_column_name(statement.handle, Int32(index)) else {
            return ""
        }
        return unsafe String(cString: name)
    }

    /// The type that the table's definition gives a column, word by word; nil for what is computed.
    /// `index` is below `columnCount`.
    public func declaredType(_ index: Int) -> String? {
        guard let type = unsafe sqlite3_column_decltype(statement.handle, Int32(index)) else {
            return nil
        }
        return unsafe String(cString: type)
    }

    /// Binds NULL to `?number`.
    public func bindNull(at number: Int) throws(SQLiteError) {
        try check(unsafe sqlite3_bind_null(statement.handle, Int32(number)))
    }

    /// Binds an integer to `?number`.
    public func bind(_ value: Int64, at number: Int) throws(SQLiteError) {
        try check(unsafe sqlite3_bind_int64(statement.handle, Int32(number), value))
    }

    /// Binds a double to `?number`. SQLite makes NULL of NaN.
    public func bind(_ value: Double, at number: Int) throws(SQLiteError) {
        try check(unsafe sqlite3_bind_double(statement.handle, Int32(number), value))
    }

    /// Binds a copy of the text to `?number`.
    public func bind(_ value: String, at number: Int) throws(SQLiteError) {
        try bind(text: value.utf8Span.span, at: number)
    }

    /// Binds a copy of UTF-8 bytes to `?number` as TEXT.
    public func bind(text: Span<UInt8>, at number: Int) throws(SQLiteError) {
        let code = unsafe text.withUnsafeBytes { bytes in
            // A null pointer would bind NULL: the empty text needs an address too.
            unsafe sqlite3_bind_text64(
                statement.handle, Int32(number),
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self) ?? Self.emptyText,
                UInt64(bytes.count), csqlite_transient(), UInt8(SQLITE_UTF8))
        }
        try check(code)
    }

    /// Binds a copy of UTF-8 bytes to `?number` as TEXT.
    public func bind(text: [UInt8], at number: Int) throws(SQLiteError) {
        try bind(text: text.span, at: number)
    }

    /// Binds a copy of the bytes to `?number` as BLOB.
    public func bind(_ value: [UInt8], at number: Int) throws(SQLiteError) {
        if value.isEmpty {
            try check(unsafe sqlite3_bind_zeroblob(statement.handle, Int32(number), 0))
            return
        }
        let code = unsafe value.withUnsafeBytes { bytes in
            unsafe sqlite3_bind_blob64(
                statement.handle, Int32(number), bytes.baseAddress, UInt64(bytes.count),
                csqlite_transient())
        }
        try check(code)
    }

    /// An address to show for text of no length; never read.
    private static var emptyText: UnsafePointer<CChar> {
        unsafe UnsafeRawPointer(("" as StaticString).utf8Start).assumingMemoryBound(to: CChar.self)
    }

    /// Advances to the next row. The corresponding C function is `sqlite3_step`.
    ///
    /// - Returns: false at the end.
    public mutating func step() throws(SQLiteError) -> Bool {
        let code = unsafe sqlite3_step(statement.handle)
        if code == SQLITE_ROW { return true }
        if code == SQLITE_DONE { return false }
        throw unsafe SQLiteError(code: code, handle: statement.connection)
    }

    /// Goes back to the start, arguments kept: for running one statement many times.
    public mutating func rewind() {
        unsafe _ = sqlite3_reset(statement.handle)
    }

    /// A column of the current row, valid until the next step. `index` is below `columnCount`.
    public func cell(_ index: Int) -> ColumnCell {
        unsafe ColumnCell(statement: statement.handle, index: Int32(truncatingIfNeeded: index))
    }

    private func check(_ code: Int32) throws(SQLiteError) {
        if code != SQLITE_OK {
            throw unsafe SQLiteError(code: code, handle: statement.connection)
        }
    }
}
