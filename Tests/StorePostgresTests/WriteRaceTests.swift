import Network
import PostgresTestSupport
import Quotas
import Store
import StoreTestSupport
import TestSupport
import Testing
import Values

@testable import StorePostgres

/// Programs beside other writers, and in numbers.
@Suite(.blocking, .needsPostgres, .timeLimit(.minutes(10))) struct WriteRaceTests {
    private static let upsert = InsertCases.insert(InsertCases.merge(on: [1], changed: [2]))

    @Test func `upserts of one key at once are one row`() async throws {
        let stage = try PostgresStage()
        let other = try PostgresStage.Other(stage)
        for round in 0..<8 {
            let row = { @Sendable (n: Int64) in
                NewRows([InsertCases.row(Int64(10 + round * 2) + n, "race\(round)", n)])
            }
            async let first = stage.writes.run(Self.upsert, row(0))
            async let second = other.writes.run(Self.upsert, row(1))
            let told = [summary(await first), summary(await second)].sorted()
            #expect(told == ["1 written, 0 new", "1 written, 1 new"])
        }
    }

    @Test func `a row that changes under an update is judged as it is then`() async throws {
        let stage = try PostgresStage()
        let client = try stage.client()
        try client.execute("BEGIN; UPDATE notes SET owner = 'bob' WHERE id = 1")
        let ofAnn = WriteTarget(
            ProgramStage.notes, as: "t", where: [ProgramStage.isOwnedByAnn("t")])
        async let outcome = stage.writes.run(
            TargetCases.update(ofAnn), TargetCases.values(2, .integer(5)))
        try await stage.someoneWaits()
        try client.execute("COMMIT")
        #expect(summary(try await outcome) == "0 written, 0 new")
        #expect(try stage.contents() == "1|a|10|bob 2|b|20|bob")
    }

    @Test func `a row that changes under an upsert is judged as it is then`() async throws {
        let stage = try PostgresStage()
        let client = try stage.client()
        try client.execute("BEGIN; UPDATE notes SET owner = 'bob' WHERE id = 1")
        let merge = InsertCases.merge(using: [ProgramStage.isOwnedByAnn(Alias.old)])
        async let outcome = stage.writes.run(
            InsertCases.insert(merge), NewRows([InsertCases.row(1, "a", 5)]))
        try await stage.someoneWaits()
        try client.execute("COMMIT")
        #expect(summary(await outcome) == "hiddenRow")
    }

    @Test func `ten thousand rows are one statement`() async throws {
        let stage = try PostgresStage()
        let rows = NewRows(
            (0..<10_000).map { InsertCases.row(Int64($0 + 100), "s\($0)", -Int64($0), "ann") })
        let shown = Returning(ProgramStage.representation())
        let insert = InsertCases.insert(
            checks: [ProgramStage.isOwnedByMember(Alias.new)], nil, shown)
        let before = stage.user.counts.unitsBegun
        let outcome = await stage.writes.run(insert, rows)
        guard case .success(let result) = outcome else {
            Issue.record("refused: \(outcome)")
            return
        }
        #expect(result.affected == 10_000 && result.inserted == 10_000)
        #expect(result.body?.starts(with: #"[{"id":100,"n":0},{"id":101,"n":-1}"#.utf8) == true)
        #expect(stage.user.counts.unitsBegun == before + 1)
        let merge = InsertCases.insert(InsertCases.merge(on: [1]), shown)
        // The sixth run has a plan that was made for any number of rows.
        for _ in 0..<7 {
            let again = await stage.writes.run(merge, NewRows(rows.rows.reversed()))
            guard case .success(let result) = again else {
                Issue.record("refused: \(again)")
                return
            }
            #expect(result.affected == 10_000 && result.inserted == 0)
            #expect(result.body?.starts(with: #"[{"id":10099,"n":-9999}"#.utf8) == true)
        }
        let delete = try await stage.writes.run(
            DeleteProgram(of: WriteTarget(ProgramStage.notes, as: "t")))
        #expect(summary(delete) == "10002 written, 0 new")
    }

    @Test func `a write that waits can be withdrawn, and is told so`() async throws {
        let stage = try PostgresStage()
        let client = try stage.client()
        try client.execute("BEGIN; LOCK TABLE notes")
        let program = stage.writes.prepare(
            TargetCases.update(TargetCases.target([TargetCases.isOne], isNamedByKey: true)))
        let five = TargetCases.values(2, .integer(5))
        let told = Record<String>()
        var withdrawals: [WriteWithdrawal] = []
        for _ in 0..<3 {
            withdrawals.append(
                program.run(five, on: nil, Operands(), .none, for: .server) { told.append(summary($0)) })
        }
        // Two connections run two of them.
        try await stage.someoneWaits(2)
        for withdraw in withdrawals { withdraw() }
        #expect(told.wait(for: 1) == ["failed 57014"])
        try client.execute("COMMIT")
        #expect(told.wait(for: 3).sorted() == [
            "1 written, 0 new", "1 written, 0 new", "failed 57014",
        ])
    }

    @Test func `a server that goes down leaves all of a write or nothing`() async throws {
        let server = try PostgresServer.makeOwn()
        let stage = try PostgresStage(server)
        let client = try stage.client()
        try client.execute("BEGIN; LOCK TABLE notes")
        async let outcome = stage.writes.run(
            TargetCases.update(TargetCases.target([TargetCases.isOne], isNamedByKey: true)),
            TargetCases.values(2, .integer(5)))
        try await stage.someoneWaits()
        try server.restart(immediate: true)
        #expect(summary(try await outcome) == "failed 08007")
        #expect(try stage.contents() == ProgramStage.before)
        // The pool has connections again as soon as it has tried.
        #expect(await stage.user.runWhenBack("select 1", on: .write)?.succeeded == true)
        let again = try await stage.writes.run(
            TargetCases.update(TargetCases.target()), TargetCases.values(2, .integer(5)))
        #expect(summary(again) == "2 written, 0 new")
        #expect(try stage.contents() == "1|a|5|ann 2|b|5|bob")
    }
}
