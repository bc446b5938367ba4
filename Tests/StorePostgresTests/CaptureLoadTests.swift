import Foundation
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
@Suite(.needsPostgres, .serialized) struct CaptureLoadTests {
    static let environment = ProcessInfo.processInfo.environment
    static let seconds = environment["APUS_CAPTURE_SECONDS"].flatMap { Int($0) } ?? 3
    static let seed = environment["APUS_SEED"].flatMap { UInt64($0) } ?? 7
    static let writerCount = 16

    static let models = Writers.tables.map { table in
        let own: [CapturedModel.Column] =
            switch table {
            case "hot": [.init("note", .text), .init("data", .json)]
            case "child": [.init("hot", .integer)]
            default: [.init("region", .integer)]
            }
        return CapturedModel(
            name: table, columns: [.init("id", .integer), .init("version", .integer)] + own,
            key: [0],
            retain: .seconds(3600))
    }

    private let database: PostgresDatabase
    private let client: LogClient

    init() throws {
        database = try PostgresServer.shared.makeDatabase()
        client = try LogClient(database.url)
        try client.query(Writers.schema)
        try client.setUp(Self.models)
        try client.query(Writers.firstRows)
    }

    // MARK: Threads

    /// Runs bodies on threads of their own until all are done; what they threw.
    private func onThreads(_ bodies: [@Sendable () throws -> Void]) async -> [String] {
        await withTaskGroup(of: String?.self) { group in
            for body in bodies {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        Thread.detachNewThread {
                            do {
                                try body()
                                continuation.resume(returning: nil)
                            } catch {
                                continuation.resume(returning: "\(error)")
                            }
                        }
                    }
                }
            }
            return await group.reduce(into: []) { if let fault = $1 { $0.append(fault) } }
        }
    }

    /// Writes for as long as the test says, and ticks and reads beside it.
    private func load(
        seconds: Int = Self.seconds, _ beside: [@Sendable (_ isOver: () -> Bool) throws -> Void]
    ) async -> (WriterCounts, faults: [String]) {
        let counts = Record<WriterCounts>()
        let writing = Counter()
        let url = database.url
        let writers = (0..<Self.writerCount).map { number in
            return { @Sendable in
                defer { writing.next() }
                var writer = try Writers(url, seed: Self.seed &* 1000 &+ UInt64(number))
                let end = ContinuousClock.now + .seconds(seconds)
                while ContinuousClock.now < end { try writer.writeOnce() }
                counts.append(writer.counts)
            }
        }
        let others = beside.map { body in
            return { @Sendable in try body { writing.count == Self.writerCount } }
        }
        let faults = await onThreads(writers + others)
        return (counts.all.reduce(WriterCounts(), +), faults)
    }

    /// A node that ticks.
    private func ticker(pause: UInt32) -> @Sendable (() -> Bool) throws -> Void {
        let url = database.url
        return { isOver in
            let client = try LogClient(url)
            while !isOver() {
                try client.tick()
                usleep(pause)
            }
            try client.tick()
        }
    }

    /// Reads everything from the beginning, cut by cut, in pages of any size.
    private func follower(into rows: Record<CapturedRow>) -> @Sendable (() -> Bool) throws -> Void {
        let url = database.url
        return { isOver in
            let client = try LogClient(url)
            var generator = SeededGenerator(seed: Self.seed)
            var cut: Int64 = -1
            var place: Int64 = 0
            while true {
                let wasOver = isOver()
                let cuts = try client.cuts(after: cut, limit: 3)
                for next in cuts {
                    cut = next.number
                    while true {
                        let limit = Int64.random(in: 1...40, using: &generator)
                        let page = try client.changes(after: place, upTo: next.last, limit: limit)
                        for row in page { rows.append(row) }
                        place = page.last?.sequence ?? place
                        if page.count < Int(limit) { break }
                    }
                }
                if cuts.isEmpty {
                    if wasOver { return }
                    usleep(1000)
                }
            }
        }
    }

    /// What was read from a place on.
    private struct Reading {
        let start: Int64
        var rows: [CapturedRow] = []
    }

    /// Reads from some place that another reader has come to, without regard to cuts.
    private func latecomer(
        _ number: Int, behind rows: Record<CapturedRow>, into found: Record<Reading>
    ) -> @Sendable (() -> Bool) throws -> Void {
        let url = database.url
        return { isOver in
            let client = try LogClient(url)
            var generator = SeededGenerator(seed: Self.seed &+ UInt64(number))
            while rows.all.count < number * 200, !isOver() { usleep(10_000) }
            let start = rows.all.randomElement(using: &generator)?.sequence ?? 0
            var own = Reading(start: start)
            while true {
                let wasOver = isOver()
                let limit = Int64.random(in: 1...300, using: &generator)
                let page = try client.changes(
                    after: own.rows.last?.sequence ?? start, limit: limit)
                own.rows += page
                if page.isEmpty {
                    if wasOver { break }
                    usleep(2000)
                }
            }
            found.append(own)
        }
    }

    // MARK: Tests

    @Test func `nothing is lost, doubled, split or out of order, from wherever it is read`()
        async throws
    {
        let rows = Record<CapturedRow>()
        let found = Record<Reading>()
        let (counts, faults) = await load(
            [ticker(pause: 2000), ticker(pause: 7000), follower(into: rows)]
                + (1...4).map { latecomer($0, behind: rows, into: found) })
        #expect(faults == [])
        try client.tick()
        var checker = LogChecker()
        let all = try client.changes()
        for row in all { checker.take(row) }
        for table in Writers.tables {
            checker.compare(table, with: try client.query("SELECT id, version FROM \(table)"))
        }
        // Readers that ended before the last tick have the beginning of it.
        #expect(all.starts(with: rows.all) && rows.all.count > 100)
        for own in found.all {
            #expect(all.drop { $0.sequence <= own.start }.starts(with: own.rows))
        }
        let logged = try client.value("SELECT count(*) FROM _apus.log")
        #expect(logged == "\(all.count)")
        #expect(checker.isClean, "\(checker.faults.joined(separator: "\n"))")
        #expect(counts.committed > Self.writerCount && counts.rolledBack > 0)
        print("capture under load, \(Self.seconds) s:", try summary(counts, checker))
    }

    private func summary(_ counts: WriterCounts, _ checker: LogChecker) throws -> String {
        "seed \(Self.seed), \(Self.writerCount) writers, "
            + "\(counts.committed) transactions, \(counts.rolledBack) rolled back "
            + "(\(counts.deadlocks) deadlocks, \(counts.refused) refused), "
            + "\(checker.changeCount) changes, \(try client.cuts().count - 1) cuts, "
            + "lost \(checker.lost), doubled \(checker.doubled), split \(checker.split), "
            + "out of order \(checker.misordered)"
    }

    /// The checker finds what is wrong: a reader that goes on from the last number it has seen, as
    /// many do, loses the changes of transactions that were late.
    @Test func `a reader by rising numbers is found out`() async throws {
        let naive = StatementShape(
            """
            SELECT l.ord, l.xid::text::bigint, 0::bigint, l.xid, l.at, l.model, l.op, l.key, l.new, l.old
            FROM _apus.log AS l WHERE l.ord > $1 ORDER BY l.ord LIMIT 1000
            """, parameters: [.int8])
        let url = database.url
        let rows = Record<CapturedRow>()
        let (counts, faults) = await load(
            seconds: 3,
            [
                { isOver in
                    let client = try LogClient(url)
                    while true {
                        let wasOver = isOver()
                        let last = rows.all.last?.sequence ?? 0
                        var count = 0
                        try client.run(naive, { $0.int8(last) }) { session, place in
                            rows.append(try CapturedRow(session.row(place)))
                            count += 1
                        }
                        if count == 0, wasOver { return }
                        if count == 0 { usleep(1000) }
                    }
                }
            ])
        #expect(faults == [])
        var checker = LogChecker()
        for row in rows.all { checker.take(row) }
        for table in Writers.tables {
            checker.compare(table, with: try client.query("SELECT id, version FROM \(table)"))
        }
        #expect(checker.lost > 0 && checker.split > 0)
        print("a reader by rising numbers:", try summary(counts, checker))
    }
}
