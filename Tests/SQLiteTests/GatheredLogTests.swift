import Foundation
import TestSupport
import Testing

@testable import SQLite

/// A connection that writes its log in large pieces, beside others that do not: whatever is
/// committed, and nothing else, is there for them at once.
@Suite struct GatheredLogTests {
    /// One database, and what each connection must find in it.
    private struct Stage {
        let directory: TemporaryDirectory
        var random: SeededGenerator
        let gathering: Connection
        let other: Connection
        let reader: Connection
        var rows: [Int64: Int64] = [:]

        init(seed: UInt64, synchronous: String) throws {
            random = SeededGenerator(seed: seed)
            directory = try TemporaryDirectory()
            let path = directory.file("data.db")
            gathering = try Self.open(path, gathersLog: true)
            other = try Self.open(path)
            reader = try Self.open(path)
            for connection in [gathering, other] {
                // So few that a transaction of some rows has its pages written before its COMMIT.
                try connection.execute("PRAGMA cache_size = 10")
                try connection.execute("PRAGMA synchronous = \(synchronous)")
                try connection.execute("PRAGMA wal_autocheckpoint = 0")
            }
            try gathering.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v INTEGER, b BLOB)")
        }

        static func open(_ path: String, gathersLog: Bool = false) throws -> Connection {
            var options = ConnectionOptions(
                mode: .create, busyTimeoutMilliseconds: 0, cachedStatementsMax: 8,
                cachedStatementBytesMax: 1 << 20)
            options.gathersLog = gathersLog
            let connection = try Connection(path: path, options: options)
            _ = try connection.text("PRAGMA journal_mode = WAL")
            return connection
        }

        /// A transaction of one of the two. Either pages of it are written before its COMMIT, or
        /// some are undone to a savepoint: with both SQLite before 3.50 writes wrong checksums.
        mutating func transact(on connection: Connection) throws {
            let spills = Bool.random(using: &random)
            try connection.execute("PRAGMA cache_spill = \(spills ? "ON" : "OFF")")
            try connection.execute("BEGIN IMMEDIATE")
            var written = rows
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                var inner = written
                try connection.execute("SAVEPOINT s")
                for _ in 0..<Int.random(in: 0...60, using: &random) {
                    try write(on: connection, &inner)
                }
                if spills || Bool.random(using: &random) {
                    written = inner
                } else {
                    try connection.execute("ROLLBACK TO s")
                }
                try connection.execute("RELEASE s")
            }
            if Int.random(in: 0..<3, using: &random) == 0 {
                try connection.execute("ROLLBACK")
            } else {
                try connection.execute("COMMIT")
                rows = written
            }
        }

        private mutating func write(
            on connection: Connection, _ rows: inout [Int64: Int64]
        ) throws {
            let id = Int64.random(in: 1...200, using: &random)
            let value = Int64.random(in: 0...1000, using: &random)
            if Int.random(in: 0..<5, using: &random) == 0 {
                try connection.execute("DELETE FROM t WHERE id = \(id)")
                rows[id] = nil
            } else {
                let size = Int.random(in: 0...3000, using: &random)
                try connection.execute(
                    "REPLACE INTO t VALUES (\(id), \(value), zeroblob(\(size)))")
                rows[id] = value
            }
        }

        /// What a connection finds.
        func rows(on connection: Connection) throws -> [Int64: Int64] {
            var found: [Int64: Int64] = [:]
            var run = try connection.run("SELECT id, v FROM t")
            while try run.step() { found[run.cell(0).integer] = run.cell(1).integer }
            return found
        }

        /// What a process finds that begins with the files as they are, as after a crash.
        func rowsAfterCrash() throws -> (rows: [Int64: Int64], integrity: String) {
            let copy = try TemporaryDirectory()
            for name in ["data.db", "data.db-wal"] {
                try FileManager.default.copyItem(
                    atPath: directory.file(name), toPath: copy.file(name))
            }
            return try withExtendedLifetime(copy) {
                let connection = try Self.open(copy.file("data.db"))
                return (try rows(on: connection), try connection.text("PRAGMA integrity_check"))
            }
        }
    }

    static let seeds: [(seed: UInt64, synchronous: String)] =
        (1...6).flatMap { seed in ["FULL", "NORMAL", "OFF"].map { (seed, $0) } }

    @Test(arguments: seeds)
    func `others find what is committed and nothing else`(seed: UInt64, synchronous: String) throws {
        var stage = try Stage(seed: seed, synchronous: synchronous)
        for _ in 0..<40 {
            let isGathering = Int.random(in: 0..<3, using: &stage.random) > 0
            try stage.transact(on: isGathering ? stage.gathering : stage.other)
            #expect(try stage.rows(on: stage.reader) == stage.rows)
            #expect(try stage.rows(on: stage.gathering) == stage.rows)
            let found = try stage.rowsAfterCrash()
            #expect(found.rows == stage.rows && found.integrity == "ok")
            if Int.random(in: 0..<6, using: &stage.random) == 0 {
                _ = try stage.reader.integer("PRAGMA wal_checkpoint(RESTART)")
            }
        }
    }

    /// Its pages would otherwise be written later, over those that another process has committed
    /// there meanwhile.
    @Test func `nothing of a transaction that was rolled back is written after it`() throws {
        let stage = try Stage(seed: 1, synchronous: "FULL")
        try stage.gathering.execute(
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 60) "
                + "INSERT INTO t SELECT x, 0, zeroblob(3000) FROM n")
        // From now on nothing is read out of the log, which would end the gathering.
        _ = try stage.reader.integer("PRAGMA wal_checkpoint(TRUNCATE)")
        try stage.gathering.execute("BEGIN IMMEDIATE")
        try stage.gathering.execute("UPDATE t SET v = 1")
        try stage.gathering.execute("ROLLBACK")
        try stage.other.execute("UPDATE t SET v = 2")
        #expect(try stage.gathering.integer("SELECT min(v) FROM t") == 2)
        #expect(try stage.reader.integer("SELECT min(v) FROM t") == 2)
        #expect(try stage.rowsAfterCrash().rows.values.allSatisfy { $0 == 2 })
    }
}
