import Diagnostics
import Store
import StoreSQLite
import Values

/// Compares a database, once it is opened, with what was acknowledged.
struct StoreJudge {
    let rows: [String: Int64]
    /// What they may be instead.
    let doubted: [[String: Int64]]
    let isMade: Bool
    let isMigrated: Bool
    let published: [Change]

    /// What is wrong with the database on `disk`.
    func faults(of disk: FaultyDisk) -> [String] {
        do {
            let database = try SQLiteDatabase.open(.patient(disk.path))
            defer { database.close() }
            let reader = try database.makeReader()
            return try integrity(reader) + tables(reader) + log(reader)
        } catch {
            return ["\(error)"]
        }
    }

    private func integrity(_ reader: SQLiteReader) throws -> [String] {
        let found = try reader.texts("PRAGMA integrity_check")
        return found == ["ok"] ? [] : found
    }

    private func tables(_ reader: SQLiteReader) throws -> [String] {
        let schema = try reader.texts("SELECT sql FROM sqlite_schema WHERE name = 'items'")
        guard let made = schema.first else {
            return isMade ? ["an acknowledged migration is gone"] : []
        }
        var faults = isMade ? [] : ["a refused migration is there"]
        if made.contains("note") != isMigrated {
            faults.append("the second migration was acknowledged: \(isMigrated); it says \(made)")
        }
        for table in ["items", "twins"] {
            let found = try reader.versions(of: table)
            if !isRight(found) { faults.append("\(table) are \(found), acknowledged were \(rows)") }
        }
        return faults
    }

    private func isRight(_ found: [String: Int64]) -> Bool {
        found == rows || doubted.contains(found)
    }

    /// The log makes the tables, and has what was handed out.
    private func log(_ reader: SQLiteReader) throws -> [String] {
        let (versions, trimmed) = try LoggedVersions.read(reader)
        var faults = versions.faults
        for (table, made) in versions.made where !isRight(made) {
            faults.append("the log makes \(made) of \(table), acknowledged were \(rows)")
        }
        for change in published {
            let text = String(decoding: (change.new ?? change.old)?.json ?? [], as: UTF8.self)
            let isThere = versions.images[change.sequence] == text
            let mayBeGone = change.sequence <= trimmed[change.table] ?? 0
            if !isThere, !mayBeGone { faults.append("\(text) was handed out and is not logged") }
        }
        return faults
    }
}

/// What the log says of the rows.
struct LoggedVersions {
    private(set) var made: [String: [String: Int64]] = ["items": [:], "twins": [:]]
    private(set) var images: [Int64: String] = [:]
    private(set) var faults: [String] = []

    /// The log, and the last number of each table that was trimmed.
    static func read(_ reader: SQLiteReader) throws(DatabaseError) -> (Self, [String: Int64]) {
        let statement = """
            SELECT seq, model, op, coalesce(new, old), coalesce(new, old) ->> 'token',
                new ->> 'version' FROM _apus_changes ORDER BY seq
            """
        var log = LoggedVersions()
        try reader.query(text: statement, arguments: []) { rows throws(DatabaseError) in
            while try rows.next() { log.take(rows) }
        }
        var trimmed: [String: Int64] = [:]
        try reader.query(text: "SELECT model, seq FROM _apus_trimmed", arguments: []) {
            rows throws(DatabaseError) in
            while try rows.next() { trimmed[rows.text(0)] = rows.int64(1) }
        }
        return (log, trimmed)
    }

    private mutating func take(_ row: borrowing Rows) {
        let (sequence, table, token) = (row.int64(0), row.text(1), row.text(4))
        images[sequence] = row.text(3)
        guard let known = made[table]?[token] ?? .some(0), made[table] != nil else { return }
        let version = row.isNull(5) ? nil : row.int64(5)
        if let version, version != known + 1 {
            faults.append(
                "change \(sequence) of \(table): \(token) goes from \(known) to \(version)")
        }
        made[table]?[token] = version
    }
}

extension SQLiteReader {
    /// The first column.
    func texts(_ query: String) throws(DatabaseError) -> [String] {
        try self.query(text: query, arguments: []) { rows throws(DatabaseError) in
            var texts: [String] = []
            while try rows.next() { texts.append(rows.text(0)) }
            return texts
        }
    }

    /// The versions of a table's rows by token.
    func versions(of table: String) throws(DatabaseError) -> [String: Int64] {
        try query(text: "SELECT token, version FROM \(table)", arguments: []) {
            rows throws(DatabaseError) in
            var versions: [String: Int64] = [:]
            while try rows.next() { versions[rows.text(0)] = rows.int64(1) }
            return versions
        }
    }
}

extension DatabaseConfiguration {
    /// Of a file whose readers have all the time they want: a machine may be busy.
    static func patient(_ path: String) -> DatabaseConfiguration {
        var configuration = DatabaseConfiguration.file(path)
        configuration.inlineTime = .seconds(60)
        return configuration
    }
}
