import CSQLite

/// What a script may not do on this connection.
public enum ScriptRights: Sendable {
    /// Anything.
    case all
    /// No BEGIN, COMMIT, ROLLBACK, SAVEPOINT, ATTACH or DETACH: the script runs inside a
    /// transaction of ours.
    case insideTransaction
}

extension Connection {
    /// Runs the statements of `script` one after the other, ignoring the rows they return.
    ///
    /// - Throws: the first error, its `offset` counted from the start of the script. What ran
    ///   before stays done; whoever calls holds the transaction.
    public func executeScript(_ script: String, rights: ScriptRights) throws(SQLiteError) {
        if rights == .insideTransaction { forbidTransactions() }
        defer {
            if rights == .insideTransaction { unsafe _ = sqlite3_set_authorizer(handle, nil, nil) }
        }
        let text = Array(script.utf8).map { CChar(bitPattern: $0) } + [0]
        let outcome = unsafe text.withUnsafeBufferPointer { text -> SQLiteError? in
            guard let start = text.baseAddress else { return nil }
            var position = unsafe start
            while unsafe position.pointee != 0 {
                let begin = unsafe position - start
                var statement: OpaquePointer?
                var tail: UnsafePointer<CChar>?
                let code = unsafe sqlite3_prepare_v2(handle, position, -1, &statement, &tail)
                if code != SQLITE_OK { return unsafe failure(code, text, begin) }
                if let statement = unsafe statement, let error = unsafe finish(statement) {
                    return unsafe SQLiteError(
                        code: error.code, message: error.message,
                        offset: startOfStatement(text, begin))
                }
                guard let next = unsafe tail else { break }
                unsafe position = next
            }
            return nil
        }
        if let outcome { throw outcome }
    }

    /// Steps through a statement and finalises it.
    private func finish(_ statement: OpaquePointer) -> SQLiteError? {
        defer { unsafe _ = sqlite3_finalize(statement) }
        var code = SQLITE_ROW
        while code == SQLITE_ROW { code = unsafe sqlite3_step(statement) }
        return code == SQLITE_DONE ? nil : unsafe SQLiteError(code: code, handle: handle)
    }

    private func failure(
        _ code: Int32, _ text: UnsafeBufferPointer<CChar>, _ begin: Int
    ) -> SQLiteError {
        let error = unsafe SQLiteError(code: code, handle: handle)
        let offset = unsafe error.offset.map { begin + $0 } ?? startOfStatement(text, begin)
        return SQLiteError(code: error.code, message: error.message, offset: offset)
    }

    /// Where the statement after `begin` starts, blanks and comments left behind, so that an error
    /// names the statement's own line.
    private func startOfStatement(_ text: UnsafeBufferPointer<CChar>, _ begin: Int) -> Int {
        var index = begin
        let blanks: Set<CChar> = [0x20, 0x09, 0x0A, 0x0D]
        while index + 1 < text.count {
            if unsafe blanks.contains(text[index]) {
                index += 1
            } else if unsafe text[index] == 0x2D && text[index + 1] == 0x2D {
                while index < text.count, unsafe text[index] != 0x0A { index += 1 }
            } else if unsafe text[index] == 0x2F && text[index + 1] == 0x2A {
                index += 2
                while index + 1 < text.count,
                    unsafe text[index] != 0x2A || text[index + 1] != 0x2F
                { index += 1 }
                index += 2
            } else {
                break
            }
        }
        return min(index, text.count - 1)
    }

    private func forbidTransactions() {
        unsafe sqlite3_set_authorizer(
            handle,
            { _, action, _, _, _, _ in
                switch action {
                case SQLITE_TRANSACTION, SQLITE_SAVEPOINT, SQLITE_ATTACH, SQLITE_DETACH: SQLITE_DENY
                default: SQLITE_OK
                }
            }, nil)
    }
}
