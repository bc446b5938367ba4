import Bytes
import Diagnostics
import SQLite
import Store
import Values

/// The change log's table, written in the transaction of the changes themselves. Confined to the
/// writer's thread.
final class ChangeLog {
    private let connection: Connection
    private var nextSequence: Int64 = 1
    private var lastInstant = Instant(microseconds: 0)

    init(connection: Connection) throws(SQLiteError) {
        self.connection = connection
        try reload()
    }

    /// The newest number in use; 0 when there is none.
    var head: Int64 { nextSequence - 1 }

    /// Reads the newest number again, after a commit failed.
    func reload() throws(SQLiteError) {
        nextSequence = try connection.integer("SELECT coalesce(max(seq), 0) FROM _apus_changes") + 1
        lastInstant = Instant(
            microseconds: try connection.integer(
                "SELECT coalesce(max(at), 0) FROM _apus_changes"
                    + " WHERE seq = (SELECT max(seq) FROM _apus_changes)"))
    }

    /// Takes back the numbers after `head`: their write was undone and nobody saw them.
    func rewind(to head: Int64) {
        nextSequence = head + 1
    }

    /// The time of the next write: never before that of the last one, so that age follows order.
    func instant() -> Instant {
        lastInstant = max(lastInstant, .now)
        return lastInstant
    }

    /// Writes the changes of one write with consecutive numbers.
    func append(_ captured: [CapturedChange], at instant: Instant) throws(SQLiteError) -> [Change] {
        var changes: [Change] = []
        changes.reserveCapacity(captured.count)
        let transaction = nextSequence
        var run = try connection.run(
            "INSERT INTO _apus_changes(seq, txn, at, model, key, op, new, old) "
                + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
        try run.bind(transaction, at: 2)
        try run.bind(instant.microseconds, at: 3)
        var keyJSON: [UInt8] = []
        // Arguments stay bound from one row to the next.
        var bound: CapturedChange?
        for change in captured {
            let key = change.key
            keyJSON.removeAll(keepingCapacity: true)
            appendKey(key, change.table.keyLayout, to: &keyJSON)
            try run.bind(nextSequence, at: 1)
            if bound?.table !== change.table { try run.bind(change.table.name, at: 4) }
            try run.bind(text: keyJSON, at: 5)
            if bound?.operation != change.operation {
                try run.bind(change.operation.rawValue, at: 6)
            }
            try bind(change.new, at: 7, of: run)
            try bind(change.old, at: 8, of: run)
            _ = try run.step()
            run.rewind()
            bound = change
            changes.append(
                Change(
                    sequence: nextSequence, transaction: transaction, committedAt: instant,
                    table: change.table.name, operation: change.operation, key: key,
                    new: change.new, old: change.old))
            nextSequence += 1
        }
        return changes
    }

    private func bind(
        _ image: RowImage?, at number: Int, of run: borrowing StatementRun
    ) throws(SQLiteError) {
        if let image {
            try run.bind(text: image.json, at: number)
        } else {
            try run.bindNull(at: number)
        }
    }

    /// The key as a JSON array of wire-form values.
    private func appendKey(_ key: [Value], _ types: [ColumnType], to out: inout [UInt8]) {
        out.append(ASCII.leftBracket)
        for (index, value) in key.enumerated() {
            if index > 0 { out.append(ASCII.comma) }
            types[index].appendJSON(value, to: &out)
        }
        out.append(ASCII.rightBracket)
    }
}
