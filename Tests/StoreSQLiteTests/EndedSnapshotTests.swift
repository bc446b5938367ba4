import Values
import Diagnostics
import Store
import Testing

@testable import StoreSQLite

/// What a reader sees after reads that were given up.
@Suite struct EndedSnapshotTests {
    private static let endless =
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT sum(x) FROM n"
    private static let count = "SELECT count(*) FROM parts"

    @Test func `a read that took too long leaves no old state to those after it`() throws {
        var configuration = DatabaseConfiguration.temporary
        configuration.inlineTime = .milliseconds(1)
        let database = try makeItems(configuration)
        defer { database.close() }
        let reader = try database.makeReader()
        for number in 1...200 {
            _ = try? reader.snapshot { () throws(DatabaseError) in try reader.all(Self.endless) }
            try database.writeAndWait { transaction throws(Problem) in
                try transaction.exec("INSERT INTO parts (id) VALUES (?1)", .integer(Int64(number)))
            }
            try #require(try reader.all(Self.count) == [[.integer(Int64(number))]])
        }
    }

    @Test(arguments: [false, true])
    func `a snapshot begun after a read that took too long is left`(sharesTurns: Bool) throws {
        var configuration = DatabaseConfiguration.temporary
        configuration.inlineTime = .milliseconds(1)
        let database = try makeItems(configuration)
        defer { database.close() }
        let reader = try database.makeReader()
        let turn = Turn()
        if sharesTurns {
            reader.shareTurns(atEndOfTurn: { turn.hooks.append($0) }, wake: {})
        }
        for number in 1...200 {
            _ = try? reader.all(Self.endless)
            _ = try reader.snapshot { () throws(DatabaseError) in try reader.all(Self.count) }
            turn.end()
            try database.writeAndWait { transaction throws(Problem) in
                try transaction.exec("INSERT INTO parts (id) VALUES (?1)", .integer(Int64(number)))
            }
            try #require(try reader.all(Self.count) == [[.integer(Int64(number))]])
            turn.end()
        }
    }
}
