import CSQLite

/// A row about to change, as the preupdate hook sees it (c3ref/preupdate_count.html). Valid inside
/// the hook only.
@safe public struct RowChange {
    /// What happens to the row.
    public enum Operation: Sendable {
        case insert, update, delete
    }

    /// What happens to the row.
    public let operation: Operation
    /// The number of columns of the table.
    public let columnCount: Int
    private let connection: OpaquePointer
    private let table: UnsafePointer<CChar>?

    init(connection: OpaquePointer, operation: Operation, table: UnsafePointer<CChar>?) {
        self.operation = operation
        unsafe self.connection = connection
        unsafe self.table = table
        columnCount = unsafe Int(sqlite3_preupdate_count(connection))
    }

    /// Whether the row belongs to the table of this name, given as UTF-8 bytes with a NUL at the
    /// end.
    public func belongs(to name: [CChar]) -> Bool {
        guard let table = unsafe table else { return false }
        for index in name.indices {
            let byte = unsafe table[index]
            if byte != name[index] { return false }
            if byte == 0 { return true }
        }
        return false
    }

    /// The table's name.
    public var tableName: String { unsafe table.map { unsafe String(cString: $0) } ?? "" }

    /// A column before an update or delete.
    public func old(_ column: Int) -> ValueCell {
        var value: OpaquePointer?
        let code = unsafe sqlite3_preupdate_old(connection, Int32(column), &value)
        return unsafe ValueCell(code == SQLITE_OK ? value : nil)
    }

    /// A column after an insert or update.
    public func new(_ column: Int) -> ValueCell {
        var value: OpaquePointer?
        let code = unsafe sqlite3_preupdate_new(connection, Int32(column), &value)
        return unsafe ValueCell(code == SQLITE_OK ? value : nil)
    }
}

/// The Swift end of the hook.
final class PreupdateHook {
    let body: (RowChange) -> Void
    init(_ body: @escaping (RowChange) -> Void) { self.body = body }
}

extension Connection {
    /// Calls `body` before each row of a main-database table changes, cascades and `REPLACE`
    /// included.
    ///
    /// Statements prepared before the hook is set do not report `DELETE` without WHERE: set it
    /// first. The body must not use the connection.
    public func observeRowChanges(_ body: @escaping (RowChange) -> Void) {
        let hook = PreupdateHook(body)
        preupdateHook = hook
        unsafe sqlite3_preupdate_hook(
            handle,
            { hook, connection, operation, database, table, _, _ in
                guard let hook = unsafe hook, let connection = unsafe connection,
                    unsafe isMain(database)
                else { return }
                let kind: RowChange.Operation =
                    operation == SQLITE_INSERT
                    ? .insert : operation == SQLITE_DELETE ? .delete : .update
                let change = unsafe RowChange(
                    connection: connection, operation: kind, table: UnsafePointer(table))
                unsafe Unmanaged<PreupdateHook>.fromOpaque(hook).takeUnretainedValue().body(change)
            }, Unmanaged.passUnretained(hook).toOpaque())
    }
}

private func isMain(_ name: UnsafePointer<CChar>?) -> Bool {
    guard let name = unsafe name else { return false }
    return unsafe name[0] == 0x6D && name[1] == 0x61 && name[2] == 0x69 && name[3] == 0x6E
        && name[4] == 0
}
