import CrashTestSupport
import Foundation
import Glibc
import PostgresTestSupport
import ServerTestSupport
import StorePostgres
import Synchronization
import TestSupport

/// A node that serves writers and subscribers while it is killed and its database crashes, in turn.
final class CrashRun: Sendable {
    /// What one run came to.
    struct Summary: CustomStringConvertible {
        let seed: UInt64
        var counts = Ledger.Counts()
        var unknown = 0
        var changes = 0
        var heard = Clients.Heard()
        var kills = 0
        var restarts = 0
        /// The longest from a fault to the next write that was acknowledged.
        var slowestReturn = Duration.zero
        var faults: [String] = []
        /// The lines of Apus.
        var logged: [String] = []

        var description: String {
            "crashes: seed \(seed), \(counts.acknowledged) transactions acknowledged, "
                + "\(counts.rolledBack) rolled back, \(unknown) rows in doubt, "
                + "REST \(counts.statusText), \(changes) changes in the log, \(heard.text), "
                + "\(kills) kills of Apus, \(restarts) crashes of PostgreSQL, "
                + "served again within \(slowestReturn / .milliseconds(1)) ms, "
                + "\(faults.count) faults"
        }
    }

    private static let environment = ProcessInfo.processInfo.environment
    let seed = environment["APUS_SEED"].flatMap { UInt64($0) } ?? 7
    /// How long is written: some seconds for each kill and crash, of which there are at most ten.
    let seconds = environment["APUS_CAPTURE_SECONDS"].flatMap { Int($0) } ?? 4
    private static let restWriters = 4
    private static let sqlWriters = 4

    private let server: PostgresServer
    private let node: ServedNode
    private let url: String
    private let clients: Clients
    private let read = Record<LogReader>()
    private let driven = Mutex(Summary(seed: 0))

    init(_ project: TestProject) throws {
        server = try PostgresServer.makeOwn(settings: ["fsync = on", "full_page_writes = on"])
        url = server.url()
        node = try ServedNode(project, on: url)
        clients = Clients(of: node, subscribers: 3, seed: seed)
        // What is written from now on is captured.
        let first = try node.start()
        try PostgresClient(url).execute(Tallies.insertion(restWriters: Self.restWriters))
        _ = node.end(first)
    }

    func run() async throws -> Summary {
        let faults = await onThreads(
            clients.writers(Self.restWriters) + (0..<Self.sqlWriters).map(sqlWriter)
                + clients.subscribers() + [logReader(), { [self] in try drive() }])
        var summary = driven.withLock { $0 }
        summary.faults += faults + clients.ledger.faults
        try judge(&summary)
        return summary
    }

    // MARK: Who takes part

    private func sqlWriter(_ number: Int) -> Clients.Work {
        clients.writer { [self] isOver in
            var writer = SQLWriter(number, url, clients.ledger, seed: seed)
            writer.run(isOver)
        }
    }

    private func logReader() -> Clients.Work {
        { [self] in
            var reader = LogReader(url, seed: seed)
            reader.run { clients.hasEnded }
            read.append(reader)
        }
    }

    // MARK: Faults

    /// Kills Apus and crashes PostgreSQL in turn; then ends the writers, and tells subscribers.
    private func drive() throws {
        try clients.disturbed { try disturb() }
    }

    private func disturb() throws {
        var generator = SeededGenerator(seed: seed)
        func pause(_ milliseconds: ClosedRange<Int>) {
            usleep(UInt32(Int.random(in: milliseconds, using: &generator)) * 1_000)
        }
        var summary = Summary(seed: seed)
        var command = try node.start()
        var logged: [String] = []
        let rounds = min(max(seconds / 6, 2), 10)
        let pace = seconds * 1_000 / rounds
        for round in 0..<rounds {
            pause(pace / 2...pace)
            let start = ContinuousClock.now
            if round % 2 == 0 {
                logged += node.kill(command)
                pause(0...200)
                command = try node.start()
                summary.kills += 1
            } else {
                try server.stop(immediate: true)
                pause(0...500)
                try server.start()
                summary.restarts += 1
            }
            if !clients.waitForWrites() { summary.faults.append("no write for 30 seconds") }
            summary.slowestReturn = max(summary.slowestReturn, .now - start)
        }
        pause(pace / 2...pace)
        summary.faults += try clients.end { token in
            try PostgresClient(url).execute(
                "INSERT INTO entries (token, version) VALUES ('\(token)', 1)")
        }
        logged += node.end(command)
        summary.logged = logged
        summary.faults += logged.filter { $0.contains("fetch anew") || $0.contains("atal error") }
        driven.withLock { $0 = summary }
    }

    // MARK: Judgement

    private func judge(_ summary: inout Summary) throws {
        let client = try PostgresClient(url)
        var (tables, tokens): ([Subscriber.Row: Int64], [String: Int]) = ([:], [:])
        var markers: Set<Subscriber.Row> = []
        for table in Subscriber.tables {
            let token = table == "entries" ? "token" : "NULL"
            for row in try client.query("SELECT id, version, \(token) FROM \(table)") {
                let place = Subscriber.Row(table: table, id: Int64(row[0] ?? "") ?? -1)
                tables[place] = Int64(row[1] ?? "")
                guard let token = row[2] else { continue }
                tokens[token, default: 0] += 1
                if token.hasPrefix(Marker.prefix) { markers.insert(place) }
            }
        }
        summary.counts = clients.ledger.counts
        summary.unknown = clients.ledger.unknown
        summary.faults += clients.ledger.faults(against: tokens)
        summary.heard = clients.heard(of: tables, but: markers)
        summary.faults += summary.heard.faults
        try judgeLog(&summary, tables)
    }

    /// A log that was read while it grew is the one that is there now, and makes the tables.
    private func judgeLog(_ summary: inout Summary, _ tables: [Subscriber.Row: Int64]) throws {
        let client = try PostgresClient(url)
        try client.execute("SELECT _apus.tick()")
        var whole = LogReader(url, seed: seed)
        try whole.readToEnd()
        summary.changes = whole.rows.count
        for reader in read.all where !whole.rows.starts(with: reader.rows) {
            summary.faults.append("the log is not what was read of it")
        }
        let (faults, rows) = whole.replayed()
        summary.faults += faults
        if rows != tables { summary.faults.append("the log does not make the tables") }
        if try client.value("SELECT count(*) FROM _apus.epochs") != "1" {
            summary.faults.append("there is more than one history")
        }
    }
}
