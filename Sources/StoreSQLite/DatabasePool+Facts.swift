public import Diagnostics
import SQLite
import Store
import Synchronization
import Values

extension DatabasePool {
    /// The engine below, with its version, for whoever depends on how exactly it works.
    public static var engine: String { "SQLite \(Connection.libraryVersion)" }

    /// What the server has noted about this database; nil if there is nothing of the name. Facts
    /// are read when the database is opened, and written by nobody but ``note(_:_:)``.
    public func fact(_ name: String) -> String? { facts.withLock { $0[name] } }

    /// Notes something about this database, in it. Blocks until it is durable.
    public func note(_ name: String, _ value: String) throws(Problem) {
        try writeAndWait { transaction throws(Problem) in
            _ = try worded { () throws(DatabaseError) in
                try transaction.run(
                    text: "INSERT OR REPLACE INTO _apus_meta(key, value) VALUES (?7, ?8)",
                    arguments: [.text(name), .text(value)])
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
