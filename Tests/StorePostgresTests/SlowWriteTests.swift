import Network
import PostgresTestSupport
import Quotas
import Store
import StoreTestSupport
import TestSupport
import Testing
import Values

@testable import StorePostgres

/// Writes whose rows take long to find, and those of others beside them.
@Suite(.blocking, .needsPostgres, .timeLimit(.minutes(5))) struct SlowWriteTests {
    /// The two notes, and a view that takes the server a while to find empty.
    static func stage(numbers: Int = 150_000) throws -> PostgresStage {
        let stage = try PostgresStage()
        try stage.client().execute(
            """
            CREATE VIEW burdens AS
            SELECT g::int8 AS n FROM generate_series(1, \(numbers)) AS g WHERE md5(g::text) = ''
            """)
        return stage
    }

    /// The notes of Ann, found slowly.
    static let ofAnn = TargetCases.target([
        ProgramStage.isOwnedByAnn("t"),
        .not(
            .exists(
                SelectStatement(
                    [], from: [.init(.table("burdens"), as: "b")],
                    where: [
                        .comparison(
                            .equal, .column("n", of: "b", type: .integer),
                            ProgramStage.column(0, "t"))
                    ]))),
    ])

    static let update = TargetCases.update(
        ofAnn, returning: Returning(ProgramStage.representation()))

    @Test func `writes whose rows take long to find hold up no others`() async throws {
        let stage = try Self.stage()
        let slow = Record<String>()
        let quick = Record<String>()
        let update = stage.writes.prepare(Self.update)
        let insert = stage.writes.prepare(InsertCases.insert())
        for _ in 0..<12 {
            _ = update.run(TargetCases.five, on: nil, Operands(), .none, for: .server) {
                slow.append(summary($0))
            }
        }
        for id in 3...5 as ClosedRange<Int64> {
            let row = NewRows([InsertCases.row(id, "\(id)", id, "bob")])
            _ = insert.run(row, Operands(), .none, for: .server) { quick.append(summary($0)) }
        }
        #expect(quick.wait(for: 3) == Array(repeating: "1 written, 1 new", count: 3))
        #expect(slow.all.count < 4)
        let told = Set(slow.wait(for: 12))
        #expect(told == [#"1 written, 0 new [{"id":1,"n":5}]"#])
    }

    @Test func `a delete whose rows take long to find deletes them`() async throws {
        let stage = try Self.stage()
        let delete = DeleteProgram(
            of: Self.ofAnn, returning: Returning(ProgramStage.representation()))
        for told in [#"1 written, 0 new [{"id":1,"n":10}]"#, "0 written, 0 new []"] {
            #expect(summary(try await stage.writes.run(delete)) == told)
        }
        #expect(try stage.contents() == "2|b|20|bob")
    }

    @Test func `what is found slowly is locked when it is found, and judged as it is then`()
        async throws
    {
        let stage = try Self.stage()
        let client = try stage.client()
        let update = stage.writes.prepare(Self.update)
        let told = Record<String>()
        let run = { @Sendable in
            _ = update.run(TargetCases.five, on: nil, Operands(), .none, for: .server) {
                told.append(summary($0))
            }
        }
        run()
        #expect(told.wait(for: 1) == [#"1 written, 0 new [{"id":1,"n":5}]"#])
        run()
        let searching = """
            SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%burdens%'
            AND datname = current_database() AND pid <> pg_backend_pid()
            """
        #expect(try await eventually { try client.value(searching) == "1" })
        try client.execute("BEGIN; SELECT FROM notes WHERE id = 1 FOR UPDATE NOWAIT")
        try client.execute("UPDATE notes SET owner = 'bob' WHERE id = 1")
        try await stage.someoneWaits()
        try client.execute("COMMIT")
        #expect(told.wait(for: 2).last == "0 written, 0 new []")
        #expect(try stage.contents() == "1|a|5|bob 2|b|20|bob")
    }

    @Test func `who fails a check slowly is told so`() async throws {
        let stage = try Self.stage(numbers: 100_000)
        let update = TargetCases.update(Self.ofAnn, checks: [ProgramStage.isBelow(5)])
        for _ in 0..<2 {
            #expect(summary(try await stage.writes.run(update, TargetCases.five)) == "check(0)")
        }
        let tooLarge = TargetCases.update(Self.ofAnn)
        let outcome = try await stage.writes.run(
            tooLarge, TargetCases.values(2, .integer(100)))
        #expect(summary(outcome).hasPrefix("check small"))
        #expect(try stage.contents() == ProgramStage.before)
    }
}
