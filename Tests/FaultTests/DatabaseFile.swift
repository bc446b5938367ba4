import CrashTestSupport
import SQLite

/// The file that a server has left, read without it.
struct DatabaseFile {
    private let connection: Connection

    init(_ path: String) throws {
        connection = try Connection(
            path: path,
            options: ConnectionOptions(
                mode: .existing, busyTimeoutMilliseconds: 5_000, cachedStatementsMax: 8,
                cachedStatementBytesMax: 1 << 20))
    }

    func damages() throws -> [String] {
        let found = try connection.text("PRAGMA integrity_check")
        return found == "ok" ? [] : [found]
    }

    /// The versions of all rows, and the tokens of the entries.
    func rows() throws -> ([Subscriber.Row: Int64], [(token: String, id: Int64)]) {
        var versions: [Subscriber.Row: Int64] = [:]
        var tokens: [(token: String, id: Int64)] = []
        for table in Subscriber.tables {
            let token = table == "entries" ? "token" : "NULL"
            var run = try connection.run("SELECT id, version, \(token) FROM \(table)")
            while try run.step() {
                let id = run.cell(0).integer
                versions[Subscriber.Row(table: table, id: id)] = run.cell(1).integer
                if table == "entries" { tokens.append((run.cell(2).text, id)) }
            }
        }
        return (versions, tokens)
    }

    /// The whole log of changes.
    func log() throws -> LoggedRows {
        var log = LoggedRows()
        var run = try connection.run(
            """
            SELECT seq, txn, at, model, coalesce(new, old) ->> 'id', old ->> 'version',
                new ->> 'version' FROM _apus_changes ORDER BY seq
            """)
        while try run.step() {
            func version(_ column: Int) -> Int64? {
                run.cell(column).storageClass == .null ? nil : run.cell(column).integer
            }
            log.take(
                sequence: run.cell(0).integer, transaction: run.cell(1).integer,
                at: run.cell(2).integer,
                Subscriber.Row(table: run.cell(3).text, id: run.cell(4).integer),
                from: version(5), to: version(6))
        }
        return log
    }
}

/// The rows that a log makes, and what cannot be in one of these tables.
struct LoggedRows {
    private(set) var rows: [Subscriber.Row: Int64] = [:]
    private(set) var faults: [String] = []
    private(set) var count = 0
    private var transaction: Int64 = 0
    private var at: Int64 = 0

    mutating func take(
        sequence: Int64, transaction: Int64, at: Int64, _ row: Subscriber.Row, from old: Int64?,
        to new: Int64?
    ) {
        count += 1
        if sequence != count { faults.append("\(sequence) is where \(count) should be") }
        if transaction != self.transaction, transaction != sequence {
            faults.append("\(sequence) begins a transaction, and says \(transaction)")
        }
        if at < self.at { faults.append("\(sequence) is older than the one before") }
        (self.transaction, self.at) = (transaction, at)
        if rows[row] != old || (old != nil && new != nil && new != old.map({ $0 + 1 })) {
            faults.append(
                "\(sequence): \(row) goes from \(old ?? -1) to \(new ?? -1), and was "
                    + "\(rows[row] ?? -1)")
        }
        rows[row] = new
        count = Int(sequence)
    }
}
