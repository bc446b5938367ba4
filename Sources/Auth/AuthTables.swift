import Diagnostics
import Store
import Values

/// How the tables of this room came to be: each step runs once, in order, and is never edited after
/// it has been released. What an earlier version has made, of whatever form, stays as it is.
enum AuthTables {
    /// Tables to make, the rows that they begin with, and what is to be found in another way.
    struct Step: Sendable {
        var tables: [TableDefinition] = []
        var rows: [SQL] = []
        var indexes: [IndexChange] = []
    }

    static let steps = [
        Step(tables: [users, identities, sessions, sessionMethods, revokedSessions]),
        Step(
            tables: [forgottenSessions],
            rows: ["INSERT INTO \(forgottenSessions) (id, expires_at) VALUES (1, 0)"]),
        Step(indexes: [sessionsByRefresh, revokedSessionsByExpiry]),
    ]

    /// Brings the tables to the last step, all at once or not at all, and reads the sessions that
    /// are revoked. Blocks until it is durable: for start-up.
    static func prepare(
        _ database: any Database, now: Instant
    ) throws(Problem) -> RevokedSessions {
        try database.writeAndWait { transaction throws(Problem) in
            try transaction.make(stepsTaken)
            let last = try transaction.select(
                "SELECT max(step) FROM \(stepsTaken)", as: [.integer])
            let applied = Int(last.first?[0].integer ?? 0)
            guard applied <= steps.count else {
                throw Problem(
                    code: "newer_database", status: 500,
                    message: "The sign-in tables were made by a newer version of Apus.",
                    hint: "Start that version: no other can read what it has written.")
            }
            for step in applied..<steps.count {
                for table in steps[step].tables { try transaction.make(table) }
                for row in steps[step].rows { try transaction.change(row) }
                for index in steps[step].indexes { try transaction.make(index) }
                try transaction.change(
                    """
                    INSERT INTO \(stepsTaken) (step, applied_at)
                    VALUES (\(Int64(step + 1)), \(now))
                    """)
            }
            return try transaction.revokedSessions()
        }
    }
}
