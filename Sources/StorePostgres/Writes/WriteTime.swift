import Diagnostics
import Network
import PostgresWire

/// What a write's statement has on the server, which ends it by its own clock.
struct WriteTime {
    /// What its lane gives, less what a write's end is waited for beyond its time; nil where a
    /// statement has as long as it takes. In milliseconds.
    private let given: UInt64?
    /// What its lane lets it wait for a lock, in milliseconds; nil for as long as it takes.
    private let lock: UInt64?

    init(on lane: Lane, _ configuration: ClusterConfiguration) {
        let spare = configuration.cancelTime.wholeMilliseconds / 2
        given = configuration.settings(of: lane).statementTimeout.map { time in
            time.wholeMilliseconds - min(time.wholeMilliseconds, spare)
        }
        lock = configuration.settings(of: lane).lockTimeout?.wholeMilliseconds
    }

    /// Sets what the next statement of a unit has, where its lane gives notably more: what is left
    /// until the end of the write's time, and no more than `most`, in milliseconds.
    ///
    /// - Returns: whether `most` is what it has.
    @discardableResult
    func limit(
        until end: UInt64, most: UInt64?, on pool: PostgresPool, in unit: UnitID,
        _ session: inout PostgresSession
    ) -> Bool {
        let now = pool.loop.nowMilliseconds
        let left = now < end ? end - now : 1
        if most == nil, let given, given <= left, !pool.cluster.isBare { return false }
        let time = min(left, most ?? left)
        session.execute(Self.time, in: unit, columns: .never) { $0.text("\(time)") }
        return most.map { $0 <= left } ?? false
    }

    /// As ``limit(until:most:on:in:_:)``, for a statement that may write for no longer than `most`.
    /// What it waits for a lock is less: who only waits is told of the lock.
    func limitWriting(
        until end: UInt64, most: UInt64, on pool: PostgresPool, in unit: UnitID,
        _ session: inout PostgresSession
    ) -> Bool {
        let isBound = limit(until: end, most: most, on: pool, in: unit, &session)
        if isBound, let lock, lock >= most {
            session.execute(Self.lockTime, in: unit, columns: .never) {
                $0.text("\(max(most * 4 / 5, 1))")
            }
        }
        return isBound
    }

    private static let lockTime = StatementShape(
        "SELECT WHERE pg_catalog.set_config('lock_timeout', $1, true) IS NULL", parameters: [.text])

    /// Holds for the next statement of the transaction, and finds no row.
    private static let time = StatementShape(
        "SELECT WHERE pg_catalog.set_config('statement_timeout', $1, true) IS NULL",
        parameters: [.text])
}
