import CFaultyDisk
import Diagnostics
import Foundation
import SQLite
import Store
import TestSupport
import Testing

@testable import StoreSQLite

/// Backups onto a disk, and restorations on one, that fails at every step in turn.
@Suite(.blocking, .timeLimit(.minutes(30))) struct BackupFaultTests {
    private static let drawn = 6

    /// A sound backup with so many rows.
    private static func backup(_ rows: Int, in directory: TemporaryDirectory) throws -> String {
        let path = directory.file("\(rows)/apus.db")
        let database = try SQLiteDatabase.open(.file(path))
        defer { database.close() }
        try database.writeAndWait { transaction throws(Problem) in
            try worded { () throws(DatabaseError) in
                try transaction.executeScript(
                    """
                    CREATE TABLE t (b TEXT) STRICT;
                    WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT \(rows))
                    INSERT INTO t SELECT hex(randomblob(500)) FROM n
                    """)
            }
        }
        let target = directory.file("\(rows).db")
        try database.backUp(to: target) { _ throws(Problem) in }
        return target
    }

    private static func rows(_ path: String) throws -> Int64 {
        let connection = try Opening.whole(path: path)
        #expect(try connection.text("PRAGMA integrity_check") == "ok")
        return try connection.integer("SELECT count(*) FROM t")
    }

    /// The first calls that fail.
    private static func numbers(_ fault: DiskFault, _ work: (FaultyDisk) throws -> Void) throws
        -> [Int]
    {
        let disk = try FaultyDisk()
        try work(disk)
        var generator = SeededGenerator(seed: 7 &+ UInt64(fault.call.rawValue))
        let count = max(disk.count(of: fault.call), 1)
        return (0..<drawn).map { _ in Int.random(in: 1...count, using: &generator) } + [1, count]
    }

    @Test(arguments: DiskFault.all)
    func `a backup is there whole, or not at all`(fault: DiskFault) throws {
        let directory = try TemporaryDirectory()
        let source = try Self.backup(2000, in: directory)
        func write(_ disk: FaultyDisk) throws {
            try SQLiteDatabase.backUp(
                databaseAt: source, to: disk.directory.file("copy.db")
            ) { _ throws(Problem) in }
        }
        for number in try Self.numbers(fault, write) {
            let disk = try FaultyDisk()
            let target = disk.directory.file("copy.db")
            disk.arm(fault, at: number)
            let isWritten = (try? write(disk)) != nil
            disk.heal()
            #expect(isWritten == FileManager.default.fileExists(atPath: target), "\(number)")
            #expect(!FileManager.default.fileExists(atPath: target + ".part"), "\(number)")
            if !isWritten { try write(disk) }
            #expect(try Self.rows(target) == 2000, "\(number)")
        }
    }

    @Test(arguments: DiskFault.all)
    func `a database is the former one or the restored one`(fault: DiskFault) throws {
        let directory = try TemporaryDirectory()
        let former = try Self.backup(300, in: directory)
        let backup = try Self.backup(600, in: directory)
        func restore(_ disk: FaultyDisk) throws {
            _ = try SQLiteDatabase.restore(
                from: backup, to: disk.path, stamp: "now", replaces: true
            ) { _ throws(Problem) in }
        }
        func prepare(_ disk: FaultyDisk) throws {
            try FileManager.default.copyItem(atPath: former, toPath: disk.path)
        }
        let numbers = try Self.numbers(fault) {
            try prepare($0)
            try restore($0)
        }
        for number in numbers {
            let disk = try FaultyDisk()
            try prepare(disk)
            disk.arm(fault, at: number)
            let isRestored = (try? restore(disk)) != nil
            disk.heal()
            let rows = try Self.rows(disk.path)
            #expect(isRestored ? rows == 600 : [300, 600].contains(rows), "\(number)")
            if rows == 600 { #expect(try Self.rows(disk.path + ".replaced-now") == 300) }
        }
    }
}
