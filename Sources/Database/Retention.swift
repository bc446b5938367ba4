import Diagnostics
import SQLite

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
    /// Seconds since 1970 when the next step is due.
    private(set) var nextStep: Int64

    private static let secondsBetweenPasses: Int64 = 60
    private static let defaultRetain = Duration.seconds(86_400)

    init(connection: Connection, rowsMax: Int) {
        self.connection = connection
        self.rowsMax = rowsMax
        nextStep = Instant.now.seconds + Self.secondsBetweenPasses
    }

    /// Takes over how long each table's changes are kept. Changes of other tables are kept a day.
    func set(_ tables: [CapturedTable]) {
        retains = Dictionary(tables.map { ($0.name, Self.microseconds($0.retain)) }) { $1 }
    }

    /// Whether a step is due at `now`, or the log is so far over its rows that it must be.
    func isDue(at now: Instant, head: Int64) -> Bool {
        now.seconds >= nextStep
    }

    /// Deletes what a few rows of the log no longer need to say. Runs inside a transaction.
    func step(at now: Instant, head: Int64) throws(SQLiteError) {
        let floor = head - Int64(rowsMax)
        var expired: [Int64] = []
        var lastOfTable: [String: Int64] = [:]
        var seen = 0
        var isFinished = false
        do {
            var run = try connection.run(
                "SELECT seq, model, at FROM _apus_changes "
                    + "WHERE seq > ?1 AND seq < ?2 ORDER BY seq LIMIT ?3"
            )
            try run.bind(position, at: 1)
            try run.bind(head, at: 2)
            try run.bind(Int64(DatabaseLimits.trimmedRowsMax), at: 3)
            while try run.step() {
                seen += 1
                let sequence = run.cell(0).integer
                let table = run.cell(1).text
                let age = now.microseconds - run.cell(2).integer
                if sequence <= floor
                    || age > retains[table] ?? Self.microseconds(Self.defaultRetain)
                {
                    expired.append(sequence)
                    lastOfTable[table] = sequence
                } else if age < youngest {
                    isFinished = true
                    break
                }
                position = sequence
            }
        }
        try delete(expired, lastOfTable)
        if isFinished || seen < DatabaseLimits.trimmedRowsMax {
            position = 0
            nextStep = now.seconds + Self.secondsBetweenPasses
        }
    }

    /// The shortest time that any table's changes are kept.
    private var youngest: Int64 {
        min(retains.values.min() ?? .max, Self.microseconds(Self.defaultRetain))
    }

    private func delete(_ expired: [Int64], _ lastOfTable: [String: Int64]) throws(SQLiteError) {
        if expired.isEmpty { return }
        var run = try connection.run("DELETE FROM _apus_changes WHERE seq = ?1")
        for sequence in expired {
            try run.bind(sequence, at: 1)
            _ = try run.step()
            run.rewind()
        }
        for (table, sequence) in lastOfTable {
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
