import Diagnostics
import Store
import Values

// What this room asks of the store and writes there, in its own words for what goes wrong.

extension RowSource {
    /// All rows of a query whose columns have these types.
    func select(_ query: SQL, as columns: [ColumnType]) throws(Problem) -> [[Value]] {
        do throws(DatabaseError) {
            return try rows(query, as: columns)
        } catch {
            throw Problem(store: error)
        }
    }
}

extension WriteTransaction {
    /// Runs a statement; answers the number of rows it changed.
    @discardableResult
    func change(_ statement: SQL) throws(Problem) -> Int {
        do throws(DatabaseError) {
            return try run(statement)
        } catch {
            throw Problem(store: error)
        }
    }

    /// The same, with its own word for a value that must be unique and is not.
    func change(_ statement: SQL, duplicate: Problem) throws(Problem) {
        do throws(DatabaseError) {
            try run(statement)
        } catch .unique, .uniqueIndex {
            throw duplicate
        } catch {
            throw Problem(store: error)
        }
    }

    /// Makes a table that is not there yet.
    func make(_ table: TableDefinition) throws(Problem) {
        do throws(DatabaseError) {
            try create(table)
        } catch {
            throw Problem(store: error)
        }
    }

    /// Makes an index in the place of another one.
    func make(_ change: IndexChange) throws(Problem) {
        do throws(DatabaseError) {
            try replaceIndex(change.old, with: change.new, of: change.table)
        } catch {
            throw Problem(store: error)
        }
    }
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

    /// Truth values are 0 and 1.
    var isTrue: Bool { integer == 1 }
}
