import Bytes
import Diagnostics
import Store
import Values

@testable import StoreSQLite

extension SQLiteReader {
    /// The changes in the log after number `sequence`, oldest first.
    ///
    /// Images are read with the columns that their tables have now: a column that an older image
    /// lacks is NULL in `values`, and `json` is as it was written.
    ///
    /// - Parameters:
    ///   - limit: the most changes to return.
    ///   - tables: those whose keys and values are read; of others `json` alone is.
    func changes(
        after sequence: Int64, limit: Int, of tables: [CapturedTable] = []
    ) throws(DatabaseError) -> [Change] {
        return try query(
            text: "SELECT seq, txn, at, model, key, op, new, old FROM _apus_changes "
                + "WHERE seq > ?7 ORDER BY seq LIMIT ?8",
            arguments: [.integer(sequence), .integer(Int64(limit))]
        ) { rows throws(DatabaseError) in
            var changes: [Change] = []
            while try rows.next() {
                let name = rows.text(3)
                changes.append(try Self.change(rows, name, tables.first { $0.name == name }))
            }
            return changes
        }
    }

    private static func change(
        _ rows: borrowing Rows, _ name: String, _ table: CapturedTable?
    ) throws(DatabaseError) -> Change {
        guard let operation = Change.Operation(rawValue: rows.text(5)), operation != .reset else {
            throw .other(
                code: "SQLite 11",
                message: "change \(rows.int64(0)) has no known operation: \(rows.text(5))")
        }
        return Change(
            sequence: rows.int64(0), transaction: rows.int64(1),
            committedAt: Instant(microseconds: rows.int64(2)), table: name,
            operation: operation,
            key: key(rows.bytes(4), table),
            new: rows.isNull(6) ? nil : image(rows.bytes(6), table),
            old: rows.isNull(7) ? nil : image(rows.bytes(7), table))
    }

    private static func key(_ json: [UInt8], _ table: CapturedTable?) -> [Value] {
        guard let table, let document = try? JSONDocument(parsing: json) else { return [] }
        return zip(table.key, document.root.elements).map { column, value in
            (try? table.columns[column].type.value(written: value)) ?? .null
        }
    }

    private static func image(_ json: [UInt8], _ table: CapturedTable?) -> RowImage {
        guard let table, let document = try? JSONDocument(parsing: json) else {
            return RowImage(values: [], json: json)
        }
        let values = table.columns.map { column -> Value in
            guard let value = document.root[column.name] else { return .null }
            return (try? column.type.value(written: value)) ?? .null
        }
        return RowImage(values: values, json: json)
    }
}
