import Diagnostics
import PostgresTestSupport
import PostgresWire
import Server
import Store
import StoreSQLite
import Values

/// The project's database behind the server's back, on either engine. On SQLite no server may be
/// using it.
extension TestProject {
    /// The table of what the server notes about its database, by `key`.
    public static let facts = TestEngine.isPostgres ? "_apus.meta" : "_apus_meta"

    /// Runs statements, as an administrator would by hand.
    public func execute(_ script: String) throws {
        if let database = TestEngine.database(of: path) {
            return try database.client().execute(script)
        }
        let database = try openFile()
        defer { database.close() }
        try database.writeAndWait { transaction throws(Problem) in
            try worded { () throws(DatabaseError) in try transaction.executeScript(script) }
        }
    }

    /// The first value of a query's first row as text, `NULL` where there is none; nil where the
    /// query cannot be run.
    public func value(_ sql: String) throws -> String? {
        if let database = TestEngine.database(of: path) {
            let client = try database.client()
            do {
                return try client.value(sql) ?? "NULL"
            } catch is ServerError {
                return nil
            }
        }
        let database = try openFile()
        defer { database.close() }
        let reader = try database.makeReader()
        return try? reader.query(SQL(text: sql)) { rows throws(DatabaseError) in
            try rows.next() ? Self.text(of: rows.value(0)) : "NULL"
        }
    }

    private static func text(of value: Value) -> String {
        switch value {
        case .null: "NULL"
        case .integer(let number): "\(number)"
        case .real(let number): "\(number)"
        case .text(let text): text
        case .blob(let bytes): "\(bytes)"
        }
    }

    private func openFile() throws -> SQLiteDatabase {
        try SQLiteDatabase.open(.file(try options().databasePath))
    }
}
