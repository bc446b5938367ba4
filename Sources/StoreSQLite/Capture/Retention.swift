import Diagnostics
import SQLite
import Store

/// Trims the change log by age, table by table, and by its number of rows, a few rows at a time.
///
/// A pass walks the log from its oldest row to the first one that is too young for every table. The
/// newest row is never removed: it remembers the number that must not be used again. What was
/// removed last of each table stands in `_apus_trimmed`, so that a reader who wants to go on from
/// before it can be told.
final class Retention {
    private let connection: Connection
    private let rowsMax: Int
    private var retains: [String: Int64] = [:]
    /// The pass has looked at everything up to this number.
    private var position: Int64 = 0
    private var schedule = TrimSchedule()
    /// Whether a pass is under way, so that another step is wanted.
    var isDue: Bool { schedule.isDue }

    private static let defaultMicroseconds = microseconds(TrimSchedule.otherRetention)

    init(connection: Connection, rowsMax: Int) {
        self.connection = connection
        self.rowsMax = rowsMax
    }

    /// Takes over how long each table's changes are kept.
    func set(_ tables: [CapturedTable]) {
        retains = Dictionary(tables.map { ($0.name, Self.microseconds($0.retain)) }) { $1 }
    }

    /// Begins a pass, unless one is under way or the last one found nothing to do not long ago. To
    /// be called each minute.
    func begin() { schedule.begin() }

    /// Leaves the rest to the next pass: a step has failed, and would fail again at once.
    func postpone() {
        position = 0
        schedule.postpone()
    }

    /// Deletes what a few rows of the log no longer need to say. Runs inside a transaction.
    ///
    /// - Parameters:
    ///   - now: the time that ages are counted from, as the log dates its rows.
    ///   - rowsMax: how many rows to look at, if that is more than usual.
    func step(at now: Instant, head: Int64, rowsMax: Int) throws(SQLiteError) {
        let count = max(DatabaseLimits.trimmedRowsMax, rowsMax)
        let found = try look(at: now, head: head, count: count)
        try delete(found)
        schedule.noteStep(hasDeleted: !found.expired.isEmpty, isLast: found.isLast)
        if found.isLast { position = 0 }
    }

    /// What a step found.
    private struct Found {
        var expired: [Int64] = []
        var lastOfTable: [String: Int64] = [:]
        /// Whether the pass is over.
        var isLast = false
    }

    /// Reads the next rows of the pass.
    private func look(at now: Instant, head: Int64, count: Int) throws(SQLiteError) -> Found {
        let floor = head - Int64(rowsMax)
        let youngest = min(retains.values.min() ?? .max, Self.defaultMicroseconds)
        var found = Found()
        var seen = 0
        var run = try connection.run(
            "SELECT seq, model, at FROM _apus_changes "
                + "WHERE seq > ?1 AND seq < ?2 ORDER BY seq LIMIT ?3")
        try run.bind(position, at: 1)
        try run.bind(head, at: 2)
        try run.bind(Int64(count), at: 3)
        while try run.step() {
            let sequence = run.cell(0).integer
            let table = run.cell(1).text
            let age = now.microseconds - run.cell(2).integer
            if sequence <= floor || age > retains[table] ?? Self.defaultMicroseconds {
                found.expired.append(sequence)
                found.lastOfTable[table] = sequence
            } else if age <= youngest {
                found.isLast = true
                return found
            }
            position = sequence
            seen += 1
        }
        found.isLast = seen < count
        return found
    }

    private func delete(_ found: Found) throws(SQLiteError) {
        if found.expired.isEmpty { return }
        var run = try connection.run("DELETE FROM _apus_changes WHERE seq = ?1")
        for sequence in found.expired {
            try run.bind(sequence, at: 1)
            _ = try run.step()
            run.rewind()
        }
        for (table, sequence) in found.lastOfTable {
            var run = try connection.run(
                "INSERT INTO _apus_trimmed(model, seq) VALUES (?1, ?2) "
                    + "ON CONFLICT(model) DO UPDATE SET seq = max(seq, excluded.seq)")
            try run.bind(table, at: 1)
            try run.bind(sequence, at: 2)
            _ = try run.step()
        }
    }

    private static func microseconds(_ time: Duration) -> Int64 {
        let (seconds, _) = time.components
        return seconds > .max / 1_000_000 ? .max : seconds * 1_000_000
    }
}
