import Store
import StoreTestSupport
import Testing
import Values

@testable import StoreSQLite

/// What inserts and upserts ask and tell, in their order.
@Suite(.timeLimit(.minutes(10))) struct InsertProgramTests {
    @Test(arguments: InsertCases.all)
    func `an insert tells what comes first, and leaves nothing of what is refused`(
        each: InsertCases.Case
    ) async throws {
        let stage = try SQLiteStage()
        defer { stage.database.close() }
        let outcome = await stage.run(each.program, each.rows)
        #expect(summary(outcome) == each.outcome)
        let contents = try stage.contents()
        if let added = each.added {
            #expect(contents == ProgramStage.before + added)
        } else {
            #expect(contents != ProgramStage.before)
        }
    }

    /// Counts around the 64 rows that one look-up takes.
    @Test(arguments: [1, 2, 63, 64, 65, 200])
    func `rows of any number are looked up in sets`(count: Int) async throws {
        let stage = try SQLiteStage()
        defer { stage.database.close() }
        let rows = (0..<count).map { number in
            // Every second one is there already.
            InsertCases.row(Int64(number + 10), "s\(number)", Int64(number % 90))
        }
        let every = NewRows(rows.enumerated().filter { $0.offset % 2 == 0 }.map(\.element))
        _ = await stage.run(InsertCases.insert(), every)
        let outcome = await stage.run(
            InsertCases.insert(InsertCases.merge(changed: [2])), NewRows(rows.reversed()))
        #expect(summary(outcome) == "\(count) written, \(count / 2) new")
        let ignored = await stage.run(
            InsertCases.insert(.init(.ignore, on: [1])), NewRows(rows))
        #expect(summary(ignored) == "0 written, 0 new")
    }

    @Test func `who may not create uses no number up`() async throws {
        let stage = try SQLiteStage()
        defer { stage.database.close() }
        let refused = InsertCases.insert(checks: [.no])
        for _ in 0..<9 { _ = await stage.run(refused, NewRows([InsertCases.row(nil, "c", 1)])) }
        _ = await stage.run(InsertCases.insert(), NewRows([InsertCases.row(nil, "c", 1)]))
        #expect(try stage.contents() == ProgramStage.before + " 3|c|1|-")
    }
}
