import Glibc
import PostgresTestSupport
import PostgresWire
import StorePostgres
import TestSupport
import Testing
import Values

/// The order of changes under load: sixteen writers, two nodes that tick, readers that follow from
/// any place.
///
/// `APUS_CAPTURE_SECONDS=60` writes for a minute instead of three seconds, `APUS_SEED=n` with other
/// writers' programs.
@Suite(.blocking, .needsPostgres, .serialized, .timeLimit(.minutes(10))) struct CaptureLoadTests {
    static let models = Writers.tables.map { table in
        let own: [CapturedModel.Column] =
            switch table {
            case "hot": [.init("note", .text), .init("data", .json)]
            case "child": [.init("hot", .integer)]
            default: [.init("region", .integer)]
            }
        return CapturedModel(
            name: table, columns: [.init("id", .integer), .init("version", .integer)] + own,
            key: [0], retain: .seconds(3600))
    }

    private func prepare(_ database: TestDatabase) throws {
        let client = try LogClient(database.url)
        try client.query(Writers.schema)
        try client.setUp(Self.models)
        try client.query(Writers.firstRows)
    }

    /// Follows the changes from the first to the last, and compares what they make with the tables.
    private func check(
        _ all: [CapturedRow], _ database: TestDatabase
    ) throws -> LogChecker {
        let client = try LogClient(database.url)
        var checker = LogChecker()
        for row in all { checker.take(row) }
        for table in Writers.tables {
            checker.compare(table, with: try client.query("SELECT id, version FROM \(table)"))
        }
        return checker
    }

    /// Writes, ticks and reads, and expects that all readers have read the same, and all of it.
    private func expectOrder(
        _ load: CaptureLoad, _ database: TestDatabase, beside: [CaptureLoad.Body] = []
    ) async throws -> String {
        let rows = Record<CapturedRow>()
        let found = Record<CaptureLoad.Reading>()
        let outcome = await load.run(
            [load.ticker(pause: 2000), load.ticker(pause: 7000), load.follower(into: rows)]
                + (1...4).map { load.latecomer($0, behind: rows, into: found) } + beside)
        #expect(outcome.faults == [])
        let client = try LogClient(database.url)
        try client.tick()
        let all = try client.changes()
        // Readers that ended before the last tick have the beginning of it.
        #expect(all.starts(with: rows.all) && rows.all.count > 100)
        for own in found.all {
            #expect(all.drop { $0.sequence <= own.start }.starts(with: own.rows))
        }
        #expect(try client.value("SELECT count(*) FROM _apus.log") == "\(all.count)")
        let checker = try check(all, database)
        #expect(checker.isClean, "\(checker.faults.joined(separator: "\n"))")
        let counts = outcome.counts
        #expect(counts.committed > CaptureLoad.writerCount && counts.rolledBack > 0)
        return "\(load.seconds) s, \(summary(counts, checker, cuts: try client.cuts().count - 1))"
    }

    private func summary(_ counts: WriterCounts, _ checker: LogChecker, cuts: Int) -> String {
        "seed \(CaptureLoad.seed), \(CaptureLoad.writerCount) writers, "
            + "\(counts.committed) transactions, \(counts.rolledBack) rolled back "
            + "(\(counts.deadlocks) deadlocks, \(counts.refused) refused), "
            + "\(checker.changeCount) changes, \(cuts) cuts, "
            + "lost \(checker.lost), doubled \(checker.doubled), split \(checker.split), "
            + "out of order \(checker.misordered)"
    }

    /// Waits until the log has so many changes more, or the writers are over.
    private func expectWrites(
        _ count: Int64, _ database: TestDatabase, _ isOver: () -> Bool
    ) throws {
        let client = try LogClient(database.url)
        let newest = "SELECT coalesce(max(ord), 0) FROM _apus.log"
        let first = try Int64(client.value(newest)) ?? 0
        while !isOver(), try Int64(client.value(newest)) ?? 0 < first + count { usleep(10_000) }
    }

    // MARK: Tests

    @Test func `nothing is lost, doubled, split or out of order, from wherever it is read`()
        async throws
    {
        let database = try PostgresServer.shared.makeDatabase()
        try prepare(database)
        let load = CaptureLoad(url: database.url)
        print("capture under load:", try await expectOrder(load, database))
    }

    /// Commits of the writers do not wait for the disk here: a crash may take the last of them, but
    /// none that a reader has been told of.
    @Test func `what has been read stays, whenever the server crashes`() async throws {
        let server = try PostgresServer.makeOwn()
        let database = try server.makeDatabase()
        try prepare(database)
        let epoch = try LogClient(database.url).tick().epoch
        let load = CaptureLoad(url: database.url, isRestarted: true)
        let crashes = Counter()
        let summary = try await expectOrder(
            load, database,
            beside: [
                { isOver in
                    while !isOver() {
                        try expectWrites(500, database, isOver)
                        try server.restart(immediate: true)
                        crashes.next()
                    }
                }
            ])
        #expect(try LogClient(database.url).tick().epoch == epoch)
        print("capture through \(crashes.count) crashes:", summary)
    }

    /// The checker finds what is wrong: a reader that goes on from the last number it has seen, as
    /// many do, loses the changes of transactions that were late.
    @Test func `a reader by rising numbers is found out`() async throws {
        let naive = StatementShape(
            """
            SELECT l.ord, l.xid::text::bigint, 0::bigint, l.xid, l.at,
              l.model, l.op, l.new, l.old
            FROM _apus.log AS l WHERE l.ord > $1 ORDER BY l.ord LIMIT 1000
            """, parameters: [.int8])
        let database = try PostgresServer.shared.makeDatabase()
        try prepare(database)
        let rows = Record<CapturedRow>()
        let outcome = await CaptureLoad(url: database.url, seconds: 3).run([
            { isOver in
                let client = try LogClient(database.url)
                while true {
                    let wasOver = isOver()
                    let last = rows.all.last?.sequence ?? 0
                    try client.run(naive, { $0.int8(last) }) { session, place in
                        rows.append(try CapturedRow(session.row(place)))
                    }
                    if rows.all.last?.sequence ?? 0 > last { continue }
                    if wasOver { return }
                    usleep(1000)
                }
            }
        ])
        #expect(outcome.faults == [])
        let checker = try check(rows.all, database)
        #expect(checker.lost > 0 && checker.split > 0)
        print("a reader by rising numbers:", summary(outcome.counts, checker, cuts: 0))
    }
}
