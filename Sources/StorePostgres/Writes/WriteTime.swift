import Diagnostics
import Network
import PostgresWire

/// What a write's statement has on the server, which ends it by its own clock.
struct WriteTime {
    /// What its lane gives, less what a write's end is waited for beyond its time; nil where a
    /// statement has as long as it takes. In milliseconds.
    private let given: UInt64?

    init(on lane: Lane, _ configuration: ClusterConfiguration) {
        let spare = configuration.cancelTime.wholeMilliseconds / 2
        given = configuration.settings(of: lane).statementTimeout.map { time in
            time.wholeMilliseconds - min(time.wholeMilliseconds, spare)
        }
    }

    /// Sets what the next statement of a unit has, where its lane gives notably more: what is left
    /// until the end of the write's time, and no more than `most`, in milliseconds.
    func limit(
        until end: UInt64, most: UInt64?, on pool: PostgresPool, in unit: UnitID,
        _ session: inout PostgresSession
    ) {
        let now = pool.loop.nowMilliseconds
        let left = now < end ? end - now : 1
        if most == nil, let given, given <= left, !pool.cluster.isBare { return }
        let time = min(left, most ?? left)
        session.execute(Self.time, in: unit, columns: .never) { $0.text("\(time)") }
    }

    /// Holds for the next statement of the transaction, and finds no row.
    private static let time = StatementShape(
        "SELECT WHERE pg_catalog.set_config('statement_timeout', $1, true) IS NULL",
        parameters: [.text])
}
