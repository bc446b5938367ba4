public import Diagnostics
import SQLite
import Store
import Synchronization
import Values

extension SQLiteDatabase {
    /// The engine below, with its version, for whoever depends on how exactly it works.
    public static var engine: String { "SQLite \(Connection.libraryVersion)" }

    /// From now on the long values that statements of all databases of the process hold are so many
    /// bytes together at the most: what would take more is told ``Store/DatabaseError/noMemory``.
    public static func limitLongValues(to bytes: Int) { LargeMemory.limit(to: bytes) }

    /// Bytes of long values that statements hold now, of all databases of the process.
    public static var longValueBytes: Int { LargeMemory.byteCount }

    /// How often statements were refused memory for them so far.
    public static var longValuesRefused: Int { LargeMemory.refusals }

    /// What the server has noted about this database; nil if there is nothing of the name. Facts
    /// are read when the database is opened, and written by nobody but ``note(_:_:)`` and
    /// ``noteIfAbsent(_:_:)``.
    public func fact(_ name: String) -> String? { facts.withLock { $0[name] } }

    /// Leaves word for other processes of where the server answers that uses the database.
    public func noteServer(at address: String) { files.note(address: address) }

    /// Where the server answers that uses the database at `path`, if it has said so.
    public static func server(of path: String) -> String? {
        DataLock.address(ofHolderBesides: path)
    }

    /// What has been noted about the database at `path`, which a server may hold; nothing where
    /// there is none yet. Makes and changes nothing.
    public static func facts(at path: String) throws(Problem) -> [String: String] {
        guard let reader = try SQLiteReader.inspecting(path) else { return [:] }
        return try worded { () throws(DatabaseError) in try reader.facts() }
    }

    /// Notes something about this database unless there is something of that name, and returns what
    /// stands there now: of several who note at once, the first one's. Blocks until it is durable.
    public func noteIfAbsent(_ name: String, _ value: String) throws(Problem) -> String {
        if let noted = fact(name) { return noted }
        let insertion: SQL = """
            INSERT INTO _apus_meta(key, value) VALUES (\(name), \(value))
            ON CONFLICT (key) DO UPDATE SET value = value RETURNING value
            """
        let noted = try writeAndWait { transaction throws(Problem) in
            try worded { () throws(DatabaseError) in
                try transaction.query(insertion) {
                    rows throws(DatabaseError) in try rows.next() ? rows.text(0) : value
                }
            }
        }
        facts.withLock { $0[name] = noted }
        return noted
    }

    /// Notes something about this database, in it. Blocks until it is durable.
    public func note(_ name: String, _ value: String) throws(Problem) {
        try writeAndWait { transaction throws(Problem) in
            _ = try worded { () throws(DatabaseError) in
                try transaction.run(
                    "INSERT OR REPLACE INTO _apus_meta(key, value) VALUES (\(name), \(value))")
            }
        }
        facts.withLock { $0[name] = value }
    }
}

extension Connection {
    /// Everything that has been noted about the database. The writer reads it when it opens.
    func facts() throws(SQLiteError) -> [String: String] {
        var run = try run("SELECT key, value FROM _apus_meta")
        var facts: [String: String] = [:]
        while try run.step() { facts[run.cell(0).text] = run.cell(1).text }
        return facts
    }
}

extension SQLiteReader {
    /// What has been noted; nothing where no server has opened the database yet.
    func facts() throws(DatabaseError) -> [String: String] {
        do throws(SQLiteError) {
            let tables = try connection.integer(
                "SELECT count(*) FROM sqlite_schema WHERE name = '_apus_meta'")
            return tables == 0 ? [:] : try connection.facts()
        } catch {
            throw DatabaseError(error)
        }
    }
}
