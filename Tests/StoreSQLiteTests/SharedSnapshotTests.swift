import Diagnostics
import Store
import StoreSQLite
import Testing
import Values

@Suite struct SharedSnapshotTests {
    private let count = "SELECT count(*) FROM items"

    @Test func `a read finds what was committed since the last read of the turn`() throws {
        let database = try makeItems()
        let reader = try database.makeReader()
        let turn = Turn()
        reader.shareTurns(atEndOfTurn: { turn.hooks.append($0) }, wake: {})
        for written in 0..<5 {
            // The second read of a turn opens the snapshot, the third one uses it.
            for _ in 0..<3 { #expect(try reader.all(count) == [[.integer(Int64(written))]]) }
            try database.writeAndWait { transaction throws(Problem) in
                try transaction.exec("INSERT INTO items(name) VALUES (?7)", .text("\(written)"))
            }
        }
        #expect(try reader.all(count) == [[.integer(5)]])
        #expect(turn.hooks.count == 1, "a turn is asked once to tell its end")
        turn.end()
        #expect(try reader.all(count) == [[.integer(5)]])
        turn.end()
        #expect(turn.hooks.isEmpty)
        database.close()
    }

    @Test func `a snapshot asked for stays as it is while others commit`() throws {
        let database = try makeItems()
        let reader = try database.makeReader()
        let turn = Turn()
        reader.shareTurns(atEndOfTurn: { turn.hooks.append($0) }, wake: {})
        for reads in 0..<3 {
            for _ in 0..<reads { _ = try reader.all(count) }
            try reader.snapshot {
                let before = try reader.all(count)
                try database.writeAndWait { transaction throws(Problem) in
                    try transaction.exec("INSERT INTO items(name) VALUES (?7)", .text("\(reads)"))
                }
                #expect(try reader.all(count) == before)
            }
            #expect(try reader.all(count) == [[.integer(Int64(reads + 1))]])
            turn.end()
        }
        database.close()
    }

    @Test func `the log can be cut when a turn has ended`() throws {
        let database = try makeItems()
        let reader = try database.makeReader()
        let turn = Turn()
        reader.shareTurns(atEndOfTurn: { turn.hooks.append($0) }, wake: {})
        for _ in 0..<3 { _ = try reader.all(count) }
        turn.end()
        try database.writeAndWait { transaction throws(Problem) in
            try transaction.exec("INSERT INTO items(name) VALUES ('a')")
        }
        // The first column says whether a reader was in the way.
        let checkpoint = try reader.all("PRAGMA wal_checkpoint(PASSIVE)")
        #expect(checkpoint.first?[1] == checkpoint.first?[2])
        database.close()
    }
}
