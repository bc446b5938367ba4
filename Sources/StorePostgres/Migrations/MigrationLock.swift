import Diagnostics
import Store
import Work

/// Lets one session of a database migrate at a time. Who waits polls, and holds no snapshot
/// meanwhile: an index that is built beside writers waits for all of them.
///
/// What runs in a transaction takes the lock in it, and gives it up with it: that holds behind a
/// pooler too. What runs without one needs a session of its own.
struct MigrationLock {
    /// How long others are waited for.
    var patience = Duration.seconds(60)

    private static let key = LogSpace().arguments(.migration)

    /// Begins a transaction that has the lock.
    ///
    /// - Throws: `migration_failed` when others hold it for longer than can be waited.
    func begin(_ session: BlockingSession) throws(Problem) {
        try wait { () throws(DatabaseError) in
            let rows = try session.run(
                """
                \(BlockingSession.beginning(lockTimeout: BlockingSession.lockTimeout));
                SELECT pg_catalog.pg_try_advisory_xact_lock(\(Self.key))
                """)
            if rows.first?.first == "t" { return true }
            try session.run("ROLLBACK")
            return false
        }
    }

    /// Waits for the lock, which lasts as long as the session then.
    ///
    /// - Throws: `migration_failed` as ``begin(_:)``, and when the session may not be one: then the
    ///   lock would be somebody else's.
    func take(_ session: BlockingSession) throws(Problem) {
        let isOwn = try worded { () throws(DatabaseError) in
            try session.run("SELECT pg_catalog.pg_backend_pid()").first?.first
                == session.processID.map { "\($0)" }
        }
        guard isOwn else {
            throw .migration(
                "files with the line '-- apus: no transaction' cannot be applied through a "
                    + "connection pooler: they need a session of their own",
                hint: "Apply them by the server's own host and port (5432, as a rule) instead of "
                    + "the pooler's.")
        }
        try wait { () throws(DatabaseError) in
            try session.run("SELECT pg_catalog.pg_try_advisory_lock(\(Self.key))").first?.first
                == "t"
        }
    }

    private func wait(_ attempt: () throws(DatabaseError) -> Bool) throws(Problem) {
        let end = moment(after: patience)
        while try !worded(attempt) {
            guard monotonicNanoseconds() < end else {
                throw .migration(
                    "another node has been migrating this database for "
                        + "\(patience.components.seconds) seconds",
                    hint: "Start again when it is done.")
            }
            // About 200 ms, so that nodes that began together do not ask together.
            MigrationPause.make(milliseconds: .random(in: 150...250))
        }
    }
}

/// The pauses of whoever was kept waiting for a table too long and tries again: whoever comes
/// behind them goes first meanwhile.
enum MigrationPause {
    /// Attempts in all.
    static let attemptsMax: UInt64 = 6

    /// Blocks the thread after an attempt, counted from 1: 200 ms, then twice as long each time.
    static func make(after attempt: UInt64) { make(milliseconds: 100 << attempt) }

    /// Blocks the thread.
    static func make(milliseconds: UInt64) {
        Semaphore().wait(until: moment(after: .milliseconds(milliseconds)))
    }
}
