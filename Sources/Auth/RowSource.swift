import Diagnostics
import Store
import StoreSQLite
import Values

/// What rows can be read from: a reader, or a transaction that sees its own changes.
protocol RowSource {
    /// All rows of a query, each with its first `columns` values.
    func rows(_ text: String, _ arguments: [Value], columns: Int) throws(Problem) -> [[Value]]
}

extension RowSource {
    func rows(_ text: String, _ arguments: Value..., columns: Int) throws(Problem) -> [[Value]] {
        try rows(text, arguments, columns: columns)
    }
}

extension SQLiteReader: RowSource {
    func rows(
        _ text: String, _ arguments: [Value], columns: Int
    ) throws(Problem) -> [[Value]] {
        do throws(DatabaseError) {
            return try query(text: text, arguments: arguments, budget: .timeout(.seconds(5))) {
                (rows: inout Rows) throws(DatabaseError) in try collect(&rows, columns)
            }
        } catch {
            throw Problem(store: error)
        }
    }
}

extension SQLiteTransaction: RowSource {
    func rows(
        _ text: String, _ arguments: [Value], columns: Int
    ) throws(Problem) -> [[Value]] {
        do throws(DatabaseError) {
            return try query(text: text, arguments: arguments) {
                (rows: inout Rows) throws(DatabaseError) in try collect(&rows, columns)
            }
        } catch {
            throw Problem(store: error)
        }
    }

    /// Runs a statement; answers the number of rows it changed.
    @discardableResult
    func change(_ text: String, _ arguments: Value...) throws(Problem) -> Int {
        do throws(DatabaseError) {
            return try run(text: text, arguments: arguments)
        } catch {
            throw Problem(store: error)
        }
    }

    /// The same, with its own word for a value that must be unique and is not.
    func insert(
        _ text: String, _ arguments: Value..., duplicate: Problem
    ) throws(Problem) {
        do throws(DatabaseError) {
            _ = try run(text: text, arguments: arguments)
        } catch .unique {
            throw duplicate
        } catch {
            throw Problem(store: error)
        }
    }

    func script(_ text: String) throws(Problem) {
        do throws(DatabaseError) {
            try executeScript(text)
        } catch {
            throw Problem(store: error)
        }
    }
}

private func collect(_ rows: inout Rows, _ columns: Int) throws(DatabaseError) -> [[Value]] {
    var found: [[Value]] = []
    while try rows.next() { found.append((0..<columns).map { rows.value($0) }) }
    return found
}

extension Value {
    var integer: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }

    var text: String? {
        if case .text(let value) = self { value } else { nil }
    }

    var blob: [UInt8]? {
        if case .blob(let value) = self { value } else { nil }
    }

    /// Times are stored as microseconds since 1970.
    var instant: Instant? { integer.map { Instant(microseconds: $0) } }

    init(_ instant: Instant?) {
        self = instant.map { .integer($0.microseconds) } ?? .null
    }
}
