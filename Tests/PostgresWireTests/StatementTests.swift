import Bytes
import Testing

@testable import PostgresWire

/// Statements under names: kept, pushed out, out of date, and lost behind poolers.
@Suite struct StatementTests {
    static let shapes = (0..<6).map { StatementShape("select \($0)") }
    static let done = Backend.bound + Backend.complete("SELECT 0") + Backend.idle

    /// Runs a statement that has to be parsed, or not.
    private func run(
        _ session: HeldSession, _ index: Int, expecting types: String
    ) -> [String] {
        PipelineTests.run(session, Self.shapes[index])
        #expect(session.saidTypes() == types)
        var answer: [UInt8] = []
        for type in types {
            if type == "P" { answer += Backend.parsed }
            if type == "C" { answer += Backend.closed }
        }
        return session.hear(answer + Self.done)
    }

    @Test func `a statement is parsed once`() {
        let session = readySession()
        _ = run(session, 0, expecting: "PBES")
        _ = run(session, 0, expecting: "BES")
        #expect(session.knows(Self.shapes[0]) && !session.knows(Self.shapes[1]))
    }

    @Test func `the least used statement makes room`() {
        let session = readySession { $0.limits.statementsMax = 2 }
        _ = run(session, 0, expecting: "PBES")
        _ = run(session, 1, expecting: "PBES")
        _ = run(session, 0, expecting: "BES")
        _ = run(session, 2, expecting: "CPBES")
        #expect(session.knows(Self.shapes[0]) && !session.knows(Self.shapes[1]))
        _ = run(session, 1, expecting: "CPBES")
        _ = run(session, 2, expecting: "BES")
        _ = run(session, 0, expecting: "CPBES")
        #expect(!session.knows(Self.shapes[1]))
    }

    @Test func `statements make room for as many bytes as come`() {
        // Eight bytes each.
        let session = readySession { $0.limits.statementBytesMax = 64 }
        for index in 0..<6 { _ = run(session, index, expecting: "PBES") }
        PipelineTests.run(session, StatementShape("select 10"))
        #expect(session.saidTypes() == "PBES", "too long for a name")
        _ = session.hear(Backend.parsed + Self.done)
        for (count, index) in (6..<12).enumerated() {
            let shape = StatementShape("select \(Character(UnicodeScalar(UInt8(65 + index))))")
            PipelineTests.run(session, shape)
            #expect(session.saidTypes() == (count < 2 ? "PBES" : "CPBES"))
            _ = session.hear(
                (count < 2 ? [] : Backend.closed) + Backend.parsed + Self.done)
        }
        #expect(!session.knows(Self.shapes[3]) && session.knows(Self.shapes[4]))
    }

    @Test func `a statement for one run gets no name`() {
        let session = readySession()
        for _ in 0..<2 {
            PipelineTests.run(session, StatementShape("create table t ()", use: .once))
            #expect(session.saidTypes() == "PBES")
            _ = session.hear(
                Backend.parsed + Backend.bound + Backend.complete("CREATE TABLE") + Backend.idle)
        }
        let count = session.session.statements.count
        #expect(count == 0)
    }

    @Test func `a unit does not count on a name that an earlier one may fail to give`() {
        let session = readySession()
        for _ in 0..<2 { PipelineTests.run(session, Self.shapes[0]) }
        // The second parses for itself.
        #expect(session.saidTypes() == "PBESPBES")
        let told = session.hear(
            Backend.error("42601") + Backend.idle + Backend.parsed + Self.done)
        #expect(
            told == [
                "finished 1 failed 42601 at 0 idle", "completed 2.0 select 0",
                "finished 2 succeeded idle",
            ])
        #expect(!session.knows(Self.shapes[0]))
    }

    @Test func `a Parse that was skipped has not happened`() {
        let session = readySession()
        let unit = session.begin()
        for index in 0..<2 { session.execute(Self.shapes[index], in: unit, columns: .never) }
        session.sync(unit)
        #expect(session.saidTypes() == "PBEPBES")
        _ = session.hear(Backend.parsed + Backend.bound + Backend.error("22012") + Backend.idle)
        #expect(session.knows(Self.shapes[0]) && !session.knows(Self.shapes[1]))
        _ = run(session, 1, expecting: "PBES")
    }

    @Test func `a Close that was skipped is made up for`() {
        let session = readySession { $0.limits.statementsMax = 1 }
        _ = run(session, 0, expecting: "PBES")
        let unit = session.begin()
        session.execute(StatementShape("x", use: .once), in: unit, columns: .never)
        session.execute(Self.shapes[1], in: unit, columns: .never)
        session.sync(unit)
        #expect(session.saidTypes() == "PBECPBES")
        _ = session.hear(Backend.error("42601") + Backend.idle)
        // Its name may still be taken on the server.
        _ = run(session, 0, expecting: "CPBES")
        #expect(session.knows(Self.shapes[0]))
    }

    // MARK: Out of date

    static let stalePlan = Backend.error("0A000") + Backend.idle

    @Test func `a plan that does not fit any more is made again, unseen`() throws {
        let session = readySession()
        let shape = StatementShape("select a from t where b = $1", parameters: [.int4])
        for value in 1...2 {
            let unit = session.begin()
            session.execute(shape, in: unit, columns: .never) { $0.int4(Int32(value)) }
            session.sync(unit)
            if value == 1 { _ = session.hear(Backend.parsed + Self.done) }
        }
        let sent = session.said()
        #expect(messageTypes(sent) == "PBESBES")
        #expect(session.hear(Self.stalePlan) == [] && session.unitsInFlight == 1)
        let again = session.said()
        #expect(messageTypes(again) == "CPBES")
        // The values are the same, to the byte.
        #expect(again.suffix(sent.count).suffix(60) == sent.suffix(60))
        #expect(
            session.hear(Backend.closed + Backend.parsed + Self.done)
                == ["completed 2.0 select 0", "finished 2 succeeded idle"])
        #expect(session.knows(shape))
    }

    @Test func `the columns of a plan that was made again are told again`() {
        var told: [String] = []
        let session = readySession()
        for types in ["PBDES", "BES"] {
            PipelineTests.run(session, Self.shapes[0], columns: .whenParsed)
            #expect(session.saidTypes() == types)
            if told.isEmpty {
                told = session.hear(
                    Backend.parsed + Backend.bound + Backend.columns(["a"])
                        + Backend.complete("SELECT 0") + Backend.idle)
            }
        }
        #expect(session.hear(Self.stalePlan) == [] && session.saidTypes() == "CPBDES")
        told = session.hear(
            Backend.closed + Backend.parsed + Backend.bound + Backend.columns(["b"])
                + Backend.complete("SELECT 0") + Backend.idle)
        #expect(told.first == "columns 2.0 b:text")
    }

    @Test func `it is made again once, and no more`() {
        let session = readySession()
        _ = run(session, 0, expecting: "PBES")
        PipelineTests.run(session, Self.shapes[0])
        #expect(session.hear(Self.stalePlan) == [])
        #expect(session.saidTypes() == "BESCPBES")
        #expect(
            session.hear(Backend.closed + Backend.parsed + Self.stalePlan)
                == ["finished 2 stale 0A000 at 0 idle"])
        #expect(session.isReusable)
    }

    @Test func `units behind it are answered first`() {
        let session = readySession()
        _ = run(session, 0, expecting: "PBES")
        _ = run(session, 1, expecting: "PBES")
        PipelineTests.run(session, Self.shapes[0])
        PipelineTests.run(session, Self.shapes[1])
        #expect(
            session.hear(Self.stalePlan + Self.done)
                == ["completed 4.0 select 0", "finished 4 succeeded idle"])
        #expect(session.saidTypes() == "BESBESCPBES")
        #expect(
            session.hear(Backend.closed + Backend.parsed + Self.done)
                == ["completed 3.0 select 0", "finished 3 succeeded idle"])
    }

    @Test func `it waits for the end of a unit that is being written`() {
        let session = readySession()
        _ = run(session, 0, expecting: "PBES")
        PipelineTests.run(session, Self.shapes[0])
        _ = session.said()
        let open = session.begin()
        session.execute(Self.shapes[1], in: open, columns: .never)
        _ = session.said()
        #expect(session.hear(Self.stalePlan) == [])
        #expect(!session.hasOutput && session.unitsInFlight == 2)
        session.sync(open)
        #expect(session.saidTypes() == "SCPBES")
        #expect(
            session.hear(
                Backend.parsed + Self.done + Backend.closed + Backend.parsed + Self.done) == [
                    "completed 3.0 select 0", "finished 3 succeeded idle",
                    "completed 2.0 select 0", "finished 2 succeeded idle",
                ])
    }

    @Test func `inside a transaction whoever runs it is told`() {
        let session = readySession()
        _ = run(session, 0, expecting: "PBES")
        PipelineTests.run(session, StatementShape("begin", use: .once))
        _ = session.hear(
            Backend.parsed + Backend.bound + Backend.complete("BEGIN") + Backend.ready("T"))
        PipelineTests.run(session, Self.shapes[0])
        #expect(
            session.hear(Backend.error("0A000") + Backend.ready("E"))
                == ["finished 3 stale 0A000 at 0 failed"])
        #expect(!session.knows(Self.shapes[0]))
    }

    @Test func `once rows have been handed on whoever has them is told`() {
        let session = readySession()
        _ = run(session, 0, expecting: "PBES")
        let unit = session.begin()
        session.execute(Self.shapes[1], in: unit, columns: .never)
        session.execute(Self.shapes[0], in: unit, columns: .never)
        session.sync(unit)
        #expect(
            session.hear(Backend.parsed + PipelineTests.oneRow + Self.stalePlan) == [
                "row 2.0 '1'", "completed 2.0 select 1", "finished 2 stale 0A000 at 1 idle",
            ])
    }

    @Test func `the same code from running a statement is the request's own fault`() {
        let session = readySession()
        _ = run(session, 0, expecting: "PBES")
        PipelineTests.run(session, Self.shapes[0])
        #expect(
            session.hear(Backend.bound + Self.stalePlan) == ["finished 2 failed 0A000 at 0 idle"])
        #expect(session.knows(Self.shapes[0]))
    }

    // MARK: Poolers

    @Test(arguments: ["26000", "42P05"])
    func `behind a pooler that loses names the session goes on without`(code: String) {
        let session = readySession()
        _ = run(session, 0, expecting: "PBES")
        PipelineTests.run(session, Self.shapes[code == "26000" ? 0 : 1])
        _ = session.said()
        #expect(session.hear(Backend.error(code) + Backend.idle) == ["names lost"])
        #expect(session.saidTypes() == "PBES" && !session.preparesByName)
        #expect(
            session.hear(Backend.parsed + Self.done)
                == ["completed 2.0 select 0", "finished 2 succeeded idle"])
        for _ in 0..<2 { _ = run(session, 0, expecting: "PBES") }
    }

    @Test func `units in flight that used names are sent again each`() {
        let session = readySession()
        _ = run(session, 0, expecting: "PBES")
        _ = run(session, 1, expecting: "PBES")
        for index in 0..<2 { PipelineTests.run(session, Self.shapes[index]) }
        #expect(
            session.hear(
                Backend.error("26000") + Backend.idle + Backend.error("26000") + Backend.idle)
                == ["names lost"])
        #expect(session.saidTypes() == "BESBESPBESPBES")
        #expect(
            session.hear(Backend.parsed + Self.done + Backend.parsed + Self.done).filter {
                $0.hasPrefix("finished")
            } == ["finished 3 succeeded idle", "finished 4 succeeded idle"])
    }

    @Test func `a portal's name survives being sent again`() {
        let session = readySession()
        _ = run(session, 0, expecting: "PBES")
        let unit = session.begin()
        session.execute(Self.shapes[0], in: unit, portal: "cursor", rowsMax: 5, columns: .always)
        session.sync(unit)
        let sent = session.said()
        _ = session.hear(Backend.error("26000") + Backend.idle)
        let again = session.said()
        #expect(messageTypes(again) == "PBDES")
        // Describe, Execute and Sync are the same bytes.
        let tail = 1 + 4 + 1 + 7 + 1 + 4 + 7 + 4 + 5
        #expect(again.suffix(tail) == sent.suffix(tail))
        #expect(
            session.hear(
                Backend.parsed + Backend.bound + Backend.columns(["a"])
                    + Backend.complete("SELECT 0") + Backend.idle
            ).last
                == "finished 2 succeeded idle")
    }

    @Test func `what waits to be sent again has not run when the session ends`() {
        let session = readySession()
        _ = run(session, 0, expecting: "PBES")
        PipelineTests.run(session, Self.shapes[0])
        _ = session.said()
        let open = session.begin()
        _ = session.hear(Self.stalePlan)
        session.connectionEnded()
        #expect(
            session.hear([]) == [
                "finished 2 lost, has not run", "finished 3 lost, has not run",
                "ended connection lost",
            ])
        session.sync(open)
    }
}
