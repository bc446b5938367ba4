import Bytes
import Testing

@testable import PostgresWire

@Suite struct PipelineTests {
    static let select = StatementShape("select 1")

    /// Sends one step of a statement as a unit of its own.
    static func run(
        _ session: HeldSession, _ shape: StatementShape = select,
        columns: ColumnsWanted = .never
    ) {
        let unit = session.begin()
        session.execute(shape, in: unit, columns: columns)
        session.sync(unit)
    }

    static let oneRow = Backend.bound + Backend.row(["1"]) + Backend.complete("SELECT 1")

    @Test func `units in flight are answered in order`() {
        let session = readySession { $0.preparesByName = false }
        for _ in 0..<3 { Self.run(session) }
        #expect(session.saidTypes() == "PBESPBESPBES" && session.unitsInFlight == 3)
        for unit in 1...3 {
            #expect(
                session.hear(Backend.parsed + Self.oneRow + Backend.idle) == [
                    "row \(unit).0 '1'", "completed \(unit).0 select 1",
                    "finished \(unit) succeeded idle",
                ])
        }
        #expect(session.isReusable)
    }

    @Test func `an error skips its unit and no other`() {
        let session = readySession { $0.preparesByName = false }
        let first = session.begin()
        for _ in 0..<3 { session.execute(Self.select, in: first, columns: .never) }
        session.sync(first)
        Self.run(session)
        // The second use in one unit needs no second Parse.
        #expect(session.saidTypes() == "PBEBEBESPBES")
        #expect(
            session.hear(Backend.parsed + Self.oneRow + Backend.bound + Backend.error("23505")) == [
                "row 1.0 '1'", "completed 1.0 select 1",
            ])
        #expect(session.unitsInFlight == 2)
        #expect(
            session.hear(Backend.idle + Backend.parsed + Self.oneRow + Backend.idle) == [
                "finished 1 failed 23505 at 1 idle", "row 2.0 '1'", "completed 2.0 select 1",
                "finished 2 succeeded idle",
            ])
    }

    @Test func `a deferred constraint fails at the Sync`() {
        let session = readySession()
        Self.run(session)
        #expect(
            session.hear(
                Backend.parsed + Backend.bound + Backend.complete("INSERT 0 1")
                    + Backend.error("23503") + Backend.idle) == [
                    "completed 1.0 insert 1", "finished 1 failed 23503 at sync idle",
                ])
    }

    /// Errors of Parse, Bind, Describe and Execute.
    static let errors: [[UInt8]] = [
        Backend.error("42601"), Backend.parsed + Backend.error("22P02"),
        Backend.parsed + Backend.bound + Backend.error("42P18"),
        Backend.parsed + Backend.bound + Backend.columns(["a"]) + Backend.error("22012"),
    ]

    @Test(arguments: errors)
    func `an error names the step wherever it comes`(bytes: [UInt8]) {
        let session = readySession()
        Self.run(session, columns: .whenParsed)
        let told = session.hear(bytes + Backend.idle)
        #expect(told.last.map { $0.hasSuffix("at 0 idle") } == true)
        #expect(session.isReusable)
    }

    @Test func `an error before the Sync is sent ends the unit there`() {
        let session = readySession { $0.preparesByName = false }
        let unit = session.begin()
        let first = session.execute(Self.select, in: unit, columns: .never)
        #expect(first?.index == 0)
        #expect(session.saidTypes() == "PBE")
        #expect(session.hear(Backend.parsed + Backend.error("22012")) == [])
        // Whoever does not know yet goes on in vain.
        #expect(session.execute(Self.select, in: unit) == nil)
        session.sync(unit)
        #expect(session.saidTypes() == "S")
        #expect(session.hear(Backend.idle) == ["finished 1 failed 22012 at 0 idle"])
        #expect(session.execute(Self.select, in: unit) == nil)
        #expect(session.isReusable)
    }

    @Test func `a transaction's status goes with each unit`() {
        let session = readySession { $0.preparesByName = false }
        Self.run(session, StatementShape("begin", use: .once))
        #expect(
            session.hear(
                Backend.parsed + Backend.bound + Backend.complete("BEGIN") + Backend.ready("T"))
                == ["completed 1.0 begin", "finished 1 succeeded inTransaction"])
        #expect(!session.isReusable)
        Self.run(session)
        #expect(
            session.hear(Backend.error("42601") + Backend.ready("E"))
                == ["finished 2 failed 42601 at 0 failed"])
        Self.run(session, StatementShape("commit", use: .once))
        #expect(
            session.hear(
                Backend.parsed + Backend.bound + Backend.complete("ROLLBACK") + Backend.idle)
                == ["completed 3.0 rollback", "finished 3 succeeded idle"])
        #expect(session.isReusable)
    }

    @Test func `a portal gives its rows in parts`() {
        let session = readySession { $0.preparesByName = false }
        let unit = session.begin()
        session.execute(Self.select, in: unit, portal: "c", rowsMax: 1, columns: .always)
        session.sync(unit)
        #expect(session.saidTypes() == "PBDES")
        let part = Backend.row(["1"]) + Backend.suspended
        #expect(
            session.hear(
                Backend.parsed + Backend.bound + Backend.columns(["a"]) + part
                    + Backend.ready("T")) == [
                    "columns 1.0 a:text", "row 1.0 '1'", "suspended 1.0",
                    "finished 1 succeeded inTransaction",
                ])
        let more = session.begin()
        session.resume(portal: "c", in: more, rowsMax: 1)
        session.resume(portal: "c", in: more)
        session.close(portal: "c", in: more)
        session.sync(more)
        #expect(session.saidTypes() == "EECS")
        #expect(
            session.hear(
                part + Backend.complete("SELECT 0") + Backend.closed + Backend.ready("T")) == [
                    "row 2.0 '1'", "suspended 2.0", "completed 2.1 select 0",
                    "finished 2 succeeded inTransaction",
                ])
    }

    @Test func `a statement that gives no rows has no columns, and an empty one no tag`() {
        let session = readySession()
        Self.run(session, columns: .always)
        #expect(
            session.hear(
                Backend.parsed + Backend.bound + Backend.noData + Backend.emptyQuery
                    + Backend.idle) == ["completed 1.0 none", "finished 1 succeeded idle"])
    }

    @Test func `a query of several statements numbers its steps as they come`() {
        let session = readySession()
        let unit = session.query("select 1; update t set a = 1; select 1/0")
        #expect(unit.number == 1 && session.saidTypes() == "Q")
        #expect(
            session.hear(
                Backend.columns(["a"]) + Backend.row(["1"]) + Backend.complete("SELECT 1")
                    + Backend.complete("UPDATE 3") + Backend.error("22012") + Backend.idle) == [
                    "columns 1.0 a:text", "row 1.0 '1'", "completed 1.0 select 1",
                    "completed 1.1 update 3", "finished 1 failed 22012 at 2 idle",
                ])
        _ = session.query("")
        #expect(
            session.hear(Backend.emptyQuery + Backend.idle)
                == ["completed 2.0 none", "finished 2 succeeded idle"])
    }

    @Test func `an empty unit is a Sync`() {
        let session = readySession()
        let unit = session.begin()
        session.sync(unit)
        session.sync(unit)
        #expect(session.saidTypes() == "S")
        #expect(session.hear(Backend.idle) == ["finished 1 succeeded idle"])
    }

    @Test func `notices, notifications and settings come between any two messages`() {
        let session = readySession()
        Self.run(session)
        let between =
            Backend.error("01000", severity: "WARNING", type: "N")
            + Backend.message("A", Backend.number(Int32(1)) + Backend.strings("c", "p"))
        #expect(
            session.hear(
                between + Backend.parsed + between + Self.oneRow + between + Backend.idle
            )
            .filter { $0.hasPrefix("notice") || $0.hasPrefix("notification") } == [
                "notice warning 01000", "notification c p", "notice warning 01000",
                "notification c p", "notice warning 01000", "notification c p",
            ])
    }

    @Test func `rows are read in place, column by column`() {
        let session = readySession()
        Self.run(session)
        let answer = Backend.parsed + Backend.bound + Backend.row(["a", nil, ""])
        session.session.receive(answer.span)
        guard case .row(_, let place)? = session.session.next() else {
            Issue.record("no row")
            return
        }
        let values = session.session.values(place)
        #expect(values == [[0x61], nil, []])
    }
}

@Suite struct SessionEndTests {
    @Test func `what was not sent has not run, the rest nobody knows`() {
        let session = readySession()
        PipelineTests.run(session)
        _ = session.said()
        PipelineTests.run(session)
        session.connectionEnded()
        session.connectionEnded()
        #expect(!session.hasOutput && !session.isReady)
        let unit = session.begin()
        #expect(session.execute(PipelineTests.select, in: unit) == nil)
        session.sync(unit)
        #expect(
            session.hear([]) == [
                "finished 1 lost, may have run", "finished 2 lost, has not run",
                "finished 3 lost, has not run", "ended connection lost",
            ])
        #expect(session.hear(Backend.idle) == [] && !session.isReusable)
    }

    @Test(arguments: ["57P01", "57P05", "25P03", "08P01"])
    func `a server that ends the session says why`(code: String) {
        let session = readySession()
        #expect(
            session.hear(Backend.error(code, severity: "FATAL")) == ["ended server fatal \(code)"])
        session.connectionEnded()
        #expect(session.hear([]) == [])
    }

    @Test func `a shutdown in the middle loses what is in flight`() {
        let session = readySession()
        PipelineTests.run(session)
        _ = session.said()
        #expect(
            session.hear(
                Backend.parsed + Backend.error("57P02", severity: "WARNING", type: "N")
                    + Backend.error("57P01", severity: "FATAL")) == [
                    "notice warning 57P02", "finished 1 lost, may have run",
                    "ended server fatal 57P01",
                ])
    }

    @Test func `a session that is refused has not begun`() {
        let session = HeldSession(SessionConfiguration(user: "a", transport: .plain))
        #expect(
            session.hear(Backend.error("28P01", severity: "FATAL")) == ["ended server fatal 28P01"])
        // PgBouncer sends its refusals as errors.
        let other = HeldSession(SessionConfiguration(user: "a", transport: .plain))
        #expect(other.hear(Backend.error("08P01")) == ["ended server error 08P01"])
    }

    @Test func `terminate says goodbye and sends nothing that waited`() {
        let session = readySession()
        PipelineTests.run(session)
        session.terminate()
        #expect(session.saidTypes() == "X")
        #expect(session.hear([]) == ["finished 1 lost, has not run", "ended terminated"])
        session.terminate()
        #expect(!session.hasOutput)
    }

    @Test(arguments: [
        ("server_encoding", "LATIN1"), ("integer_datetimes", "off"),
        ("client_encoding", "SQL_ASCII"),
    ])
    func `a server whose bytes mean something else is refused`(name: String, value: String) {
        let session = HeldSession(SessionConfiguration(user: "a", transport: .plain))
        let told = session.hear(
            Backend.authenticationOk + Backend.setting(name, value) + Backend.idle)
        #expect(told.count == 2 && told[1].hasPrefix("ended fault unsupportedServer"))
    }

    @Test func `a server that only knows an older version is listened to`() {
        let session = HeldSession(SessionConfiguration(user: "a", transport: .plain))
        let told = session.hear(
            Backend.message("v", hex("00030000 00000001 5f70715f2e6100")) + Backend.start)
        #expect(told.last == "ready")
        let other = HeldSession(SessionConfiguration(user: "a", transport: .plain))
        #expect(
            other.hear(Backend.message("v", hex("00030000 00000002 6100")))[0].contains("malformed")
        )
    }

    @Test func `a setting that no statement of ours changes betrays another hand`() {
        let session = readySession()
        _ = session.hear(
            Backend.setting("TimeZone", "UTC") + Backend.setting("application_name", "x"))
        #expect(session.isReusable)
        _ = session.hear(Backend.setting("TimeZone", "Europe/Paris"))
        #expect(!session.isReusable && session.isForeign)
    }

    @Test func `a cancelled session is not used again before the cancellation has gone by`() {
        let session = readySession()
        #expect(session.requestCancel() == nil)
        PipelineTests.run(session)
        #expect(session.requestCancel() == hex("00000010 04d2162e 00000007 01020304"))
        _ = session.hear(Backend.error("57014") + Backend.idle)
        #expect(!session.isReusable)
        session.cancelEnded()
        #expect(session.isReusable)
    }

    @Test func `what is read and sent is let go`() {
        let session = readySession { $0.preparesByName = false }
        let large = [UInt8](repeating: 0x61, count: 1 << 20)
        let shape = StatementShape("x", parameters: [.bytea])
        for number in 1...3 {
            let unit = session.begin()
            session.execute(shape, in: unit, columns: .never) { $0.raw(large.span) }
            session.sync(unit)
            #expect(session.said().count > large.count)
            let row = Backend.row([String(utf8: large)])
            let told = session.hear(
                Backend.parsed + Backend.bound + row + Backend.complete("SELECT 1") + Backend.idle)
            #expect(told.last == "finished \(number) succeeded idle")
        }
        let capacity = session.session.outbox.bytes.capacity
        _ = session.hear(Array(Backend.idle.prefix(3)))
        let inboxCapacity = session.session.inbox.bytes.capacity
        let isEmpty = session.session.records.isEmpty
        #expect(capacity <= keptBufferBytes && inboxCapacity <= keptBufferBytes && isEmpty)
    }
}
