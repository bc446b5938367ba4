import Diagnostics
import Store
import Work

/// Lets one session of a database migrate at a time. Who waits polls, and holds no snapshot
/// meanwhile: an index that is built beside writers waits for all of them.
struct MigrationLock {
    /// How long others are waited for.
    var patience = Duration.seconds(60)

    private static let key = LogSpace().arguments(.migration)

    /// Waits for the lock, which lasts as long as the session.
    ///
    /// - Throws: `migration_failed` when others hold it for longer than can be waited.
    func take(_ session: MigrationSession) throws(Problem) {
        let end = moment(after: patience)
        while true {
            let rows = try worded { () throws(DatabaseError) in
                try session.run("SELECT pg_catalog.pg_try_advisory_lock(\(Self.key))")
            }
            if rows.first?.first == "t" { return }
            guard monotonicNanoseconds() < end else {
                throw Problem(
                    code: "migration_failed", status: 500,
                    message: "another node has been migrating this database for "
                        + "\(patience.components.seconds) seconds",
                    hint: "Start again when it is done.")
            }
            // About 200 ms, so that nodes that began together do not ask together.
            Self.pause(milliseconds: .random(in: 150...250))
        }
    }

    /// Blocks the thread.
    static func pause(milliseconds: UInt64) {
        Semaphore().wait(until: moment(after: .milliseconds(milliseconds)))
    }
}
