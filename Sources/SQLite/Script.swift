import CSQLite
import Glibc

/// What a script may not do on this connection.
public enum ScriptRights: Sendable {
    /// Anything.
    case all
    /// No BEGIN, COMMIT, ROLLBACK, SAVEPOINT, ATTACH or DETACH: the script runs inside a
    /// transaction of ours. And nothing temporary: it would stay on the connection when the script
    /// has ended, and stand before what has the same name (lang_naming.html).
    case insideTransaction
}

/// What a statement of a script will do, as SQLite says before it runs, however it is written.
public struct StatementEffects {
    /// The tables that it drops.
    public fileprivate(set) var dropped: [String] = []
    /// The tables that it inserts rows into or updates, by itself or through triggers.
    public fileprivate(set) var written: Set<String> = []
    /// Whether it makes something in the temporary schema.
    fileprivate var isTemporary = false
}

extension Connection {
    /// Runs the statements of `script` one after the other, ignoring the rows they return.
    ///
    /// - Parameter judge: is told what each statement will do before it runs, and throws where it
    ///   must not.
    /// - Throws: the first error, its `offset` counted from the start of the script;
    ///   `authorisation` for what `rights` exclude; what `judge` throws. What ran before stays
    ///   done; whoever calls holds the transaction.
    public func executeScript(
        _ script: String, rights: ScriptRights,
        judge: (StatementEffects) throws(SQLiteError) -> Void = { _ throws(SQLiteError) in }
    ) throws(SQLiteError) {
        let watch = ScriptWatch(rights: rights)
        authorise(with: watch)
        defer { unsafe _ = sqlite3_set_authorizer(handle, nil, nil) }
        let text = Array(script.utf8).map { CChar(bitPattern: $0) } + [0]
        let outcome = unsafe text.withUnsafeBufferPointer { text -> SQLiteError? in
            guard let start = text.baseAddress else { return nil }
            var position = unsafe start
            while unsafe position.pointee != 0 {
                let begin = unsafe position - start
                var statement: OpaquePointer?
                var tail: UnsafePointer<CChar>?
                watch.effects = StatementEffects()
                let code = unsafe sqlite3_prepare_v2(handle, position, -1, &statement, &tail)
                if code != SQLITE_OK { return unsafe failure(code, text, begin) }
                if let statement = unsafe statement,
                    let error = unsafe refusal(watch, judge, statement) ?? finish(statement)
                {
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

    /// Why a statement that has been prepared must not run; it is finalised then.
    private func refusal(
        _ watch: ScriptWatch, _ judge: (StatementEffects) throws(SQLiteError) -> Void,
        _ statement: OpaquePointer
    ) -> SQLiteError? {
        do throws(SQLiteError) {
            if watch.effects.isTemporary, watch.rights == .insideTransaction { throw .temporary }
            try judge(watch.effects)
            return nil
        } catch {
            unsafe sqlite3_finalize(statement)
            return error
        }
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

    /// Lets `watch` judge every statement that is prepared, until the authorizer is taken away.
    private func authorise(with watch: ScriptWatch) {
        unsafe sqlite3_set_authorizer(
            handle,
            { watch, action, name, _, database, _ in
                guard let watch = unsafe watch else { return SQLITE_DENY }
                return unsafe Unmanaged<ScriptWatch>.fromOpaque(watch).takeUnretainedValue()
                    .judge(action, name, in: database)
            }, Unmanaged.passUnretained(watch).toOpaque())
    }
}

/// What the authorizer allows and notes while a script runs (c3ref/set_authorizer.html).
private final class ScriptWatch {
    let rights: ScriptRights
    /// Of the statement prepared last.
    var effects = StatementEffects()

    init(rights: ScriptRights) { self.rights = rights }

    func judge(
        _ action: Int32, _ name: UnsafePointer<CChar>?, in database: UnsafePointer<CChar>?
    ) -> Int32 {
        switch action {
        case SQLITE_TRANSACTION, SQLITE_SAVEPOINT, SQLITE_ATTACH, SQLITE_DETACH:
            return rights == .insideTransaction ? SQLITE_DENY : SQLITE_OK
        case SQLITE_DROP_TABLE:
            if let name = unsafe name { unsafe effects.dropped.append(String(cString: name)) }
        case SQLITE_INSERT:
            // Whatever is made in a schema gets a row in that schema's table. The codes for what
            // is temporary are not given for `CREATE TABLE temp.t`.
            if let database = unsafe database, unsafe strcmp(database, "temp") == 0 {
                effects.isTemporary = true
            }
            if let name = unsafe name { unsafe effects.written.insert(String(cString: name)) }
        case SQLITE_UPDATE:
            if let name = unsafe name { unsafe effects.written.insert(String(cString: name)) }
        default: break
        }
        return SQLITE_OK
    }
}

extension SQLiteError {
    fileprivate static let temporary = SQLiteError(
        code: SQLITE_AUTH,
        message: "nothing temporary can be made here: it would outlive the script and hide what "
            + "has the same name; make a table and drop it at the end")
}
