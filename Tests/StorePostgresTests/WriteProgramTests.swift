import PostgresTestSupport
import Store
import StoreTestSupport
import TestSupport
import Testing
import Values

@testable import StorePostgres

/// PostgreSQL tells of a program what SQLite does.
@Suite(.blocking, .needsPostgres, .timeLimit(.minutes(10))) struct WriteProgramTests {
    @Test(arguments: InsertCases.all)
    func `an insert tells what comes first, and leaves nothing of what is refused`(
        each: InsertCases.Case
    ) async throws {
        let stage = try PostgresStage()
        let outcome = await stage.writes.run(each.program, each.rows)
        #expect(summary(outcome) == each.outcome, "\(outcome)")
        let contents = try stage.contents()
        if let added = each.added {
            #expect(contents == ProgramStage.before + added)
        } else {
            #expect(contents != ProgramStage.before)
        }
    }

    @Test(arguments: TargetCases.updates)
    func `an update tells what comes first, and leaves nothing of what is refused`(
        each: TargetCases.Update
    ) async throws {
        let stage = try PostgresStage()
        let outcome = try await stage.writes.run(each.program, each.values)
        #expect(summary(outcome) == each.outcome, "\(outcome)")
        #expect(try stage.contents() == each.contents)
    }

    @Test(arguments: TargetCases.deletes)
    func `a delete tells what comes first, and leaves nothing of what is refused`(
        program: DeleteProgram, outcome: String, contents: String
    ) async throws {
        let stage = try PostgresStage()
        let found = try await stage.writes.run(program)
        #expect(summary(found) == outcome, "\(found)")
        #expect(try stage.contents() == contents)
    }

    @Test func `a key that is referred to is not changed`() async throws {
        let stage = try PostgresStage()
        let isBob: ValueExpression = .comparison(
            .equal, .column("name", of: "t", type: .text), .constant(.text("bob"), .text))
        let program = UpdateProgram(
            of: WriteTarget(ProgramStage.members, as: "t", where: [isBob]), columns: [0])
        let outcome = try await stage.writes.run(program, TargetCases.values(0, .text("eve")))
        #expect(
            summary(outcome)
                == "stillReferenced notes_owner_fkey notes [Values.Value.text(\"bob\")]")
    }

    @Test func `who may not create uses no number up`() async throws {
        let stage = try PostgresStage()
        let refused = InsertCases.insert(checks: [.no])
        for _ in 0..<9 {
            _ = await stage.writes.run(refused, NewRows([InsertCases.row(nil, "c", 1)]))
        }
        _ = await stage.writes.run(
            InsertCases.insert(), NewRows([InsertCases.row(nil, "c", 1)]))
        #expect(try stage.contents() == ProgramStage.before + " 3|c|1|-")
    }

    @Test func `the row at fault is found among many`() async throws {
        let stage = try PostgresStage()
        let rows = NewRows([
            InsertCases.row(3, "c", 1), InsertCases.row(4, "d", 100), InsertCases.row(5, "e", 101),
        ])
        #expect(
            summary(await stage.writes.run(InsertCases.insert(), rows))
                == "check small [Values.Value.integer(4), Values.Value.text(\"d\"), "
                + "Values.Value.integer(100), Values.Value.null]")
        let orphans = NewRows([
            InsertCases.row(3, "c", 1, "ann"), InsertCases.row(4, "d", 1, "eve"),
        ])
        #expect(
            summary(await stage.writes.run(InsertCases.insert(), orphans))
                == "missingParent notes_owner_fkey members [Values.Value.text(\"eve\")]")
        let twins = NewRows([InsertCases.row(3, "c", 1), InsertCases.row(4, "c", 1)])
        #expect(
            summary(await stage.writes.run(InsertCases.insert(), twins))
                == "unique notes_slug_key [1] [Values.Value.text(\"c\")]")
        let empty = NewRows([InsertCases.row(3, "c", 1), InsertCases.row(4, "d", nil)])
        #expect(
            summary(await stage.writes.run(InsertCases.insert(), empty))
                == "notNull n [Values.Value.integer(4), Values.Value.text(\"d\"), "
                + "Values.Value.null, Values.Value.null]")
    }

    /// As PostgREST has it: only the rows written are new to the statement that writes them.
    @Test func `what a representation looks up is as it was before the write`() async throws {
        let stage = try PostgresStage()
        let count = SelectStatement(
            [.init(.rowCount)], from: [.init(.table("notes"), as: "o")])
        let shown = Returning.Representation(
            SelectStatement(
                [.init(ProgramStage.column(2, "t")), .init(.scalar(count))],
                from: [.init(.table("notes"), as: "t")]),
            RowLayout([("n", .integer), ("count", .integer)]), as: .array(stripsNulls: false))
        let insert = InsertCases.insert(nil, Returning(shown))
        #expect(
            summary(await stage.writes.run(insert, NewRows([InsertCases.row(3, "c", 1)])))
                == #"1 written, 1 new [{"n":1,"count":2}]"#)
        let delete = DeleteProgram(of: TargetCases.ofAnn, returning: Returning(shown))
        #expect(
            summary(try await stage.writes.run(delete))
                == #"1 written, 0 new [{"n":10,"count":3}]"#)
    }
}
