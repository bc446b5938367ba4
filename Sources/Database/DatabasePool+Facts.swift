public import Diagnostics
import SQLite
import Values

extension DatabasePool {
    /// The engine below, with its version, for whoever depends on how exactly it works.
    public static var engine: String { "SQLite \(Connection.libraryVersion)" }

    /// What the server has noted about this database; nil if there is nothing of the name. Blocks.
    public func fact(_ name: String) throws(Problem) -> String? {
        try writeAndWait { transaction throws(Problem) in
            try transaction.mapped { transaction throws(DatabaseError) in
                try transaction.query(
                    text: "SELECT value FROM _apus_meta WHERE key = ?7", arguments: [.text(name)]
                ) { rows throws(DatabaseError) in try rows.next() ? rows.text(0) : nil }
            }
        }
    }

    /// Notes something about this database, in it. Blocks until it is durable.
    public func note(_ name: String, _ value: String) throws(Problem) {
        try writeAndWait { transaction throws(Problem) in
            try transaction.mapped { transaction throws(DatabaseError) in
                _ = try transaction.run(
                    text: "INSERT OR REPLACE INTO _apus_meta(key, value) VALUES (?7, ?8)",
                    arguments: [.text(name), .text(value)])
            }
        }
    }
}

extension WriteTransaction {
    fileprivate func mapped<R>(
        _ body: (WriteTransaction) throws(DatabaseError) -> R
    ) throws(Problem) -> R {
        do throws(DatabaseError) { return try body(self) } catch { throw Problem(error) }
    }
}
