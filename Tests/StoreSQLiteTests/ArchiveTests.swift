import Diagnostics
import Foundation
import Store
import TestSupport
import Testing

@testable import StoreSQLite

/// The archive of a log, and what is restored from it.
@Suite(.blocking, .timeLimit(.minutes(30))) struct ArchiveTests {
    private let stage: ArchiveStage

    init() throws { stage = try ArchiveStage() }

    private func expectSeconds(of rows: [WrittenRow]) throws {
        let first = rows[0].begun / 1_000_000 + 1
        for moment in first...stage.clock.second { try stage.expectRows(rows, at: moment) }
    }

    @Test func `each second can be restored, over logs that begin anew and over restarts`() throws {
        var rows: [WrittenRow] = []
        for _ in 0..<2 {
            let database = try stage.open()
            stage.clock.advance()
            rows += try stage.write(seconds: 3, 60, to: database)
            #expect(database.archiveProblem == nil)
            database.close()
            stage.clock.advance()
        }
        let chains = try stage.chains
        let logs = Set(
            try chains.flatMap { chain in
                try chain.segments().map { try chain.segment($0).log.salt }
            })
        #expect(chains.count == 2 && logs.count > 5)
        #expect(try stage.names() == Set(rows.map(\.name)))
        // While no server ran nobody knows; before and after it is all there.
        let gap = try #require(try chains[0].end())
        let spans = try SQLiteDatabase.archiveSpans(in: stage.archive)
        #expect(spans.map(\.first) == [1_800_000_001, 1_800_000_006])
        #expect(spans.map(\.last) == [gap, stage.clock.second - 1])
        for span in spans {
            for moment in span.first...(try #require(span.last)) {
                try stage.expectRows(rows, at: moment)
            }
        }
        let problem = #expect(throws: Problem.self) { try stage.names(at: gap + 1) }
        #expect(problem?.code == "not_archived")
        #expect(problem?.hint?.contains(Instant(seconds: gap).rfc3339) == true)
    }

    @Test func `a write that is longer than a segment is there whole or not at all`() throws {
        let database = try stage.open()
        stage.clock.advance()
        var rows = try stage.write(seconds: 1, 3, to: database)
        rows.append(try stage.write("long", bytes: 300_000, to: database))
        stage.clock.advance()
        rows += try stage.write(seconds: 1, 3, to: database)
        database.close()
        #expect(try #require(try stage.chains.first).segments().count > 6)
        try expectSeconds(of: rows)
        // What is missing at the end cannot be told from what never came.
        let chain = try stage.chains[0]
        while try stage.names().contains("long") {
            let last = try #require(try chain.segments().last)
            try FileManager.default.removeItem(atPath: chain.segmentPath(last))
        }
        #expect(try stage.names() == Set(rows.prefix(3).map(\.name)))
    }

    @Test func `what cannot be archived waits, is told once, and goes on`() throws {
        try stage.directory.write("no folder", to: "archive")
        let database = try stage.open()
        #expect(stage.reports.wait(for: "failed"))
        var rows = try stage.write(seconds: 3, 40, to: database)
        #expect(stage.reports.words == ["failed"])
        #expect(database.archiveProblem?.message.contains(stage.archive) == true)
        try FileManager.default.removeItem(atPath: stage.archive)
        #expect(stage.reports.wait(for: "resumed") && stage.reports.wait(for: "copied"))
        stage.clock.advance()
        rows += try stage.write(seconds: 2, 40, to: database)
        #expect(database.archiveProblem == nil)
        database.close()
        try stage.expectRows(rows, at: stage.clock.second)
        try stage.expectRows(rows, at: stage.clock.second - 1)
    }

    @Test func `too much that waits is given up, and the log begins anew`() throws {
        try stage.directory.write("no folder", to: "archive")
        let database = try stage.open { $0.waitingBytesMax = 600_000 }
        var count = 0
        while !stage.reports.words.contains("given up"), count < 5000 {
            try stage.write("a\(count)", to: database)
            count += 1
        }
        for number in 0..<200 { try stage.write("b\(number)", to: database) }
        #expect(stage.reports.words == ["failed", "given up"])
        #expect(database.walBytes < 1_000_000)
        try FileManager.default.removeItem(atPath: stage.archive)
        #expect(stage.reports.wait(for: "copied"))
        try stage.write("c", to: database)
        database.close()
        #expect(stage.reports.words.filter { $0 == "resumed" }.count == 1)
        #expect(try stage.names().count == count + 201)
    }

    @Test(arguments: ["removed", "changed", "cut"])
    func `a damaged segment is named, with what can be restored, and nothing is touched`(
        damage: String
    ) throws {
        let database = try stage.open()
        stage.clock.advance()
        let rows = try stage.write(seconds: 4, 20, to: database)
        database.close()
        let chain = try stage.chains[0]
        let moment = rows[0].begun / 1_000_000
        let index = try chain.segments().first { try chain.segment($0).second > moment + 1 }
        let path = chain.segmentPath(try #require(index))
        var bytes = try Data(contentsOf: URL(filePath: path))
        switch damage {
        case "removed": try FileManager.default.removeItem(atPath: path)
        case "changed":
            bytes[bytes.count - 100] ^= 1
            try bytes.write(to: URL(filePath: path))
        default: try bytes.prefix(bytes.count / 2).write(to: URL(filePath: path))
        }
        let problem = #expect(throws: Problem.self) { try stage.names() }
        #expect(problem?.code == "archive_damaged")
        #expect(problem?.message.contains(path) == true)
        let folder = stage.directory.file("restored")
        let left = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        #expect(left.filter { $0 != "lock" }.isEmpty)
        let time = try #require(problem?.hint?.split(separator: " ").last)
        let last = try #require(Instant(postgres: String(time))).seconds
        #expect(last > moment)
        try stage.expectRows(rows, at: last)
        if damage != "changed" {
            #expect(try SQLiteDatabase.archiveSpans(in: stage.archive)[0].problem != nil)
        }
    }

    @Test func `a damaged copy of the database is gone around, or named`() throws {
        let database = try stage.open { $0.baseInterval = .milliseconds(1) }
        stage.clock.advance()
        var rows = try stage.write(seconds: 2, 20, to: database)
        let count = stage.reports.words.count
        #expect(stage.reports.wait(for: "copied", count + 2))
        rows += try stage.write(seconds: 1, 20, to: database)
        database.close()
        let bases = try stage.chains[0].bases()
        for base in bases.dropFirst() {
            try Data("damaged".utf8).write(to: URL(filePath: base.path))
        }
        #expect(bases.count > 1)
        #expect(try stage.names() == Set(rows.map(\.name)))
        try Data("damaged".utf8).write(to: URL(filePath: bases[0].path))
        let problem = #expect(throws: Problem.self) { try stage.names() }
        #expect(problem?.code == "archive_damaged")
        #expect(problem?.message.contains(bases[bases.count - 1].path) == true)
    }

    @Test func `what nobody can restore any more is removed, and what it takes stays`() throws {
        let database = try stage.open {
            $0.baseInterval = .milliseconds(1)
            $0.keep = .seconds(3)
        }
        stage.clock.advance()
        var rows: [WrittenRow] = []
        for _ in 0..<8 {
            rows += try stage.write(seconds: 1, 10, to: database)
            let count = stage.reports.words.count
            #expect(stage.reports.wait(for: "copied", count + 2))
        }
        database.close()
        let chain = try stage.chains[0]
        #expect(try #require(try chain.segments().first) > 1)
        let oldest = try #require(try chain.bases().first).second
        #expect(oldest > rows[0].begun / 1_000_000 && oldest < stage.clock.second - 3)
        for moment in (stage.clock.second - 3)...stage.clock.second {
            try stage.expectRows(rows, at: moment)
        }
        let problem = #expect(throws: Problem.self) { try stage.names(at: oldest) }
        #expect(problem?.code == "not_archived")
    }

    @Test func `a log that another program has begun anew begins a new chain`() throws {
        let database = try stage.open()
        #expect(stage.reports.wait(for: "copied"))
        var rows = try stage.write(seconds: 1, 3, to: database)
        database.close()
        // As if it had been killed, and opened by another one.
        try FileManager.default.removeItem(atPath: try stage.chains[0].path + "/end")
        let other = try SQLiteDatabase.open(.file(stage.path))
        try stage.write("unseen", to: other)
        other.close()
        stage.clock.advance(by: 5)
        let last = try stage.open()
        #expect(stage.reports.wait(for: "copied", 2))
        rows += try stage.write(seconds: 1, 3, to: last)
        last.close()
        #expect(try stage.chains.count == 2)
        #expect(try stage.names() == Set(rows.map(\.name) + ["unseen"]))
        let problem = #expect(throws: Problem.self) {
            try stage.names(at: stage.clock.second - 3)
        }
        #expect(problem?.code == "not_archived")
    }

    @Test func `no two servers archive to a folder`() throws {
        let database = try stage.open()
        let other = try ArchiveStage()
        let second = try other.open { $0.folder = stage.archive }
        #expect(other.reports.wait(for: "failed"))
        #expect(second.archiveProblem?.code == "archive_shared")
        second.close()
        database.close()
        #expect(try stage.chains.count == 1)
    }
}
