import Bytes
import Testing

@testable import PostgresWire

@Suite struct UnitWithdrawalTests {
    static let select = StatementShape("select $1::int4", parameters: [.int4])

    /// Opens a unit with one step.
    static func open(_ session: HeldSession) -> UnitID {
        let unit = session.begin()
        session.execute(select, in: unit, columns: .never) { $0.int4(1) }
        return unit
    }

    static let answer = Backend.bound + Backend.row(["1"]) + Backend.complete("SELECT 1")

    @Test func `a unit that is taken back has never been`() {
        let session = readySession()
        let first = Self.open(session)
        session.withdraw(first)
        #expect(session.said().isEmpty && session.unitsInFlight == 0 && session.isReusable)
        // The statement has not been parsed: the next unit does it.
        let second = Self.open(session)
        session.sync(second)
        #expect(session.saidTypes() == "PBES")
        #expect(
            session.hear(Backend.parsed + Self.answer + Backend.idle) == [
                "row 2.0 '1'", "completed 2.0 select 1", "finished 2 succeeded idle",
            ])
        #expect(session.knows(Self.select))
    }

    @Test func `what is in flight before it goes on`() {
        let session = readySession()
        let first = Self.open(session)
        session.sync(first)
        _ = session.said()
        session.withdraw(Self.open(session))
        #expect(session.said().isEmpty && session.unitsInFlight == 1)
        #expect(
            session.hear(Backend.parsed + Self.answer + Backend.idle).last
                == "finished 1 succeeded idle")
    }

    @Test func `what has not left this machine has not run`() {
        let session = readySession()
        let start = session.session.outbox.end
        let first = Self.open(session)
        session.sync(first)
        let end = session.session.outbox.end
        session.sync(Self.open(session))
        _ = session.said()
        session.connectionEnded(sentCount: end)
        #expect(start < end)
        #expect(
            session.hear([]) == [
                "finished 1 lost, may have run", "finished 2 lost, has not run",
                "ended connection lost",
            ])
    }

    @Test func `names are given up when another session says so`() {
        let session = readySession()
        session.sync(Self.open(session))
        session.stopPreparingByName()
        session.sync(Self.open(session))
        #expect(session.saidTypes() == "PBESPBES" && !session.preparesByName)
        #expect(
            session.hear(
                Backend.parsed + Self.answer + Backend.idle + Backend.parsed + Self.answer
                    + Backend.idle
            ).filter { $0.hasPrefix("finished") } == [
                "finished 1 succeeded idle", "finished 2 succeeded idle",
            ])
        #expect(!session.knows(Self.select))
    }
}
