import Diagnostics
import Foundation
import Glibc
import Store
import Synchronization
import TestSupport
import Testing
import Values

@testable import StoreSQLite

/// A database whose log is archived, the rows that were written to it, and what is restored.
struct ArchiveStage {
    let directory: TemporaryDirectory
    let reports = ArchiveReports()
    let clock: StageClock

    init(at second: Int64 = 1_800_000_000) throws {
        directory = try TemporaryDirectory()
        clock = StageClock(second)
    }

    /// What a kill would leave at this moment, in which nobody writes.
    func killed() throws -> ArchiveStage {
        let stage = try ArchiveStage(at: clock.second)
        try FileManager.default.createDirectory(
            atPath: stage.directory.file("data"), withIntermediateDirectories: true)
        for name in ["data/apus.db", "data/apus.db-wal", "data/apus.db-archive", "archive"] {
            try FileManager.default.copyItem(
                atPath: directory.file(name), toPath: stage.directory.file(name))
        }
        return stage
    }

    var path: String { directory.file("data/apus.db") }
    var archive: String { directory.file("archive") }
    private var restored: String { directory.file("restored/apus.db") }

    /// Its log begins anew after some tens of rows.
    static func configuration(
        in directory: String, reports: ArchiveReports, clock: StageClock? = nil
    ) -> DatabaseConfiguration {
        var configuration = DatabaseConfiguration.file(directory + "/data/apus.db")
        configuration.walBytesMax = 400_000
        var archive = ArchiveConfiguration(
            folder: directory + "/archive", interval: .milliseconds(100), keep: .seconds(86_400)
        ) { reports.note($0) }
        archive.segmentBytes = 50_000
        if let clock { archive.clock = { clock.second } }
        configuration.archive = archive
        return configuration
    }

    /// Opens the database by the stage's clock, and makes the table the first time.
    func open(
        _ change: (inout ArchiveConfiguration) -> Void = { _ in }
    ) throws -> SQLiteDatabase {
        var configuration = Self.configuration(
            in: directory.path, reports: reports, clock: clock)
        if var archive = configuration.archive {
            change(&archive)
            configuration.archive = archive
        }
        return FileManager.default.fileExists(atPath: path)
            ? try SQLiteDatabase.open(configuration) : try makeItems(configuration)
    }

    /// Writes a row in the second that the clock shows.
    @discardableResult
    func write(
        _ name: String, bytes: Int = 0, to database: SQLiteDatabase
    ) throws -> WrittenRow {
        let moment = clock.second * 1_000_000
        try database.writeAndWait { transaction throws(Problem) in
            _ = try transaction.exec(
                insertItem, .text(name), .null, .null,
                .text(String(repeating: "x", count: bytes)))
        }
        return WrittenRow(name: name, begun: moment, acknowledged: moment)
    }

    /// Writes so many rows in each of some seconds.
    func write(
        seconds: Int, _ count: Int, to database: SQLiteDatabase
    ) throws -> [WrittenRow] {
        var rows: [WrittenRow] = []
        for _ in 0..<seconds {
            for number in 0..<count {
                rows.append(try write("\(clock.second)-\(number)", to: database))
            }
            clock.advance()
        }
        return rows
    }

    var chains: [ArchiveChain] {
        get throws { try ArchiveFolder(path: archive).chains() }
    }

    /// The last second that is known to be archived whole.
    var lastSecond: Int64? {
        get throws { try SQLiteDatabase.archiveSpans(in: archive).last?.last }
    }

    /// The names of the rows as of a second.
    func names(at moment: Int64? = nil) throws -> Set<String> {
        let folder = directory.file("restored")
        try? FileManager.default.removeItem(atPath: folder)
        _ = try SQLiteDatabase.restore(
            fromArchive: archive, at: moment, to: restored, stamp: "20261128T193000Z",
            replaces: false
        ) { _ throws(Problem) in }
        var configuration = DatabaseConfiguration.file(restored)
        configuration.inlineTime = .seconds(60)
        let database = try SQLiteDatabase.open(configuration)
        defer { database.close() }
        let reader = try database.makeReader()
        #expect(try reader.all("PRAGMA integrity_check") == [["ok"]])
        return Set(
            try reader.all("SELECT name FROM items").map { row in
                guard case .text(let name) = row[0] else { return "" }
                return name
            })
    }

    /// Compares what is there as of a second with what was acknowledged until then.
    func expectRows(_ rows: [WrittenRow], at moment: Int64) throws {
        let names = try names(at: moment)
        let (missing, early) = rows.judged(names, at: moment)
        #expect(missing.isEmpty, "at \(moment) there are not \(missing.prefix(3))")
        #expect(early.isEmpty, "at \(moment) there are already \(early.prefix(3))")
    }
}

/// A clock that shows the second it is told to.
final class StageClock: Sendable {
    private let state: Mutex<Int64>

    init(_ second: Int64) { state = Mutex(second) }

    var second: Int64 { state.withLock { $0 } }

    func advance(by seconds: Int64 = 1) { state.withLock { $0 += seconds } }
}

/// A row, and when it was asked for and acknowledged, in microseconds since 1970.
struct WrittenRow {
    let name: String
    let begun: Int64
    let acknowledged: Int64
}

extension [WrittenRow] {
    /// The acknowledged rows that are missing as of a second, and those that came later.
    func judged(
        _ names: Set<String>, at moment: Int64
    ) -> (missing: [WrittenRow], early: [WrittenRow]) {
        let limit = moment * 1_000_000
        return (
            filter { $0.acknowledged < limit && !names.contains($0.name) },
            filter { $0.begun >= limit && names.contains($0.name) }
        )
    }
}

/// What was told of an archive.
final class ArchiveReports: Sendable {
    private let all = Mutex<[String]>([])

    func note(_ report: ArchiveEvent) {
        let word =
            switch report {
            case .copied: "copied"
            case .failed: "failed"
            case .resumed: "resumed"
            case .givenUp: "given up"
            }
        all.withLock { $0.append(word) }
    }

    var words: [String] { all.withLock { $0 } }

    /// Waits until something has been told so often.
    func wait(for word: String, _ count: Int = 1) -> Bool {
        let deadline = ContinuousClock.now + .seconds(60)
        while words.filter({ $0 == word }).count < count {
            if ContinuousClock.now > deadline { return false }
            usleep(5000)
        }
        return true
    }
}
