import Bytes
import Glibc
import PostgresTestSupport
import PostgresWire
import TestSupport
import Testing

@testable import StorePostgres

/// A blocking session that runs what the capture says, with binary results. Not for two threads at
/// a time.
final class LogClient {
    /// Reads a row where it arrived.
    typealias RowHandler = (borrowing PostgresSession, Range<Int>) throws -> Void

    private var session: PostgresSession
    private let socket: LoopbackSocket
    /// What came on channels that it listens to.
    private(set) var notifications: [PostgresWire.Notification] = []

    init(_ url: String) throws {
        let target = try ConnectionTarget(url)
        socket = try LoopbackSocket(target.hosts[0])
        session = PostgresSession(target.session(over: .unixSocket))
        try wait { if case .ready = $0 { true } else { false } }
    }

    deinit {
        session.terminate()
        flush()
    }

    /// Runs a text of one or several statements; the rows as text.
    @discardableResult
    func query(_ sql: String) throws -> [[String?]] {
        var rows: [[String?]] = []
        try finish(session.query(sql)) { session, place in
            rows.append(session.row(place).texts)
        }
        return rows
    }

    /// The only value of a query.
    func value(_ sql: String) throws -> String { try query(sql).first?.first.flatMap { $0 } ?? "" }

    /// Runs statements as one unit of work; `row` sees all of their rows.
    func run(
        _ shapes: [StatementShape], _ row: RowHandler = { _, _ in }
    ) throws {
        let unit = session.begin()
        for shape in shapes { session.execute(shape, in: unit, columns: .never) }
        session.sync(unit)
        try finish(unit, row)
    }

    /// Runs a statement with values.
    func run(
        _ shape: StatementShape, _ fields: (inout FieldWriter) -> Void,
        _ row: RowHandler
    ) throws {
        let unit = session.begin()
        session.execute(shape, in: unit, columns: .never, fields)
        session.sync(unit)
        try finish(unit, row)
    }

    /// Copies text rows into a table.
    func copy(_ sql: String, _ text: String) throws {
        let unit = session.beginCopy(StatementShape(sql))
        try wait { event in
            if case .copyIn = event { return true }
            if case .finished(unit, let outcome) = event { try Self.check(outcome) }
            return false
        }
        let bytes = Array(text.utf8)
        session.copy(bytes.span, to: unit)
        session.endCopy(unit)
        try finish(unit) { _, _ in }
    }

    private func finish(_ unit: UnitID, _ row: RowHandler) throws {
        var fault: (any Error)?
        try wait { event in
            if case .row(_, let place) = event {
                do { try row(session, place) } catch { fault = error }
            }
            guard case .finished(unit, let outcome) = event else { return false }
            try Self.check(outcome)
            return true
        }
        if let fault { throw fault }
    }

    private static func check(_ outcome: UnitOutcome) throws {
        switch outcome {
        case .succeeded: break
        case .failed(let error, at: _, _), .stale(let error, at: _, _): throw error
        case .lost: throw SessionLost()
        }
    }

    private struct SessionLost: Error {}

    private func flush() {
        var bytes: [UInt8] = []
        session.takeOutput { bytes.append(span: $0) }
        if !bytes.isEmpty { socket.send(bytes) }
    }

    private func wait(until isWanted: (SessionEvent) throws -> Bool) throws {
        while true {
            while let event = session.next() {
                if case .deriveKeys(let derivation) = event { session.provide(derivation.keys()) }
                if case .notification(let notification) = event {
                    notifications.append(notification)
                }
                if try isWanted(event) { return }
                if case .ended = event { throw SessionLost() }
            }
            flush()
            let bytes = socket.receive()
            if bytes.isEmpty { session.connectionEnded() } else { session.receive(bytes.span) }
        }
    }
}

// MARK: What a node does

extension LogClient {
    static let statements = ChangeStatements()

    /// Sets capture up; how many statements that took.
    @discardableResult
    func setUp(_ models: [CapturedModel], space: LogSpace = LogSpace()) throws -> Int {
        var setup = CaptureSetup(models, in: space, jitter: 0.5)
        var action = setup.start()
        while true {
            switch action {
            case .run(let sql):
                do {
                    action = setup.ran(try query(sql))
                } catch let error as ServerError {
                    action = setup.failed(error.sqlState)
                }
            case .wait(let time):
                usleep(UInt32(time / .microseconds(1)))
                action = setup.waited()
            case .finished(let count): return count
            case .failed(let fault): throw fault
            }
        }
    }

    /// What a node would run to put back what has gone of the capture; changes nothing.
    func missing(of models: [CapturedModel], space: LogSpace = LogSpace()) throws -> [String] {
        var state = CaptureState()
        for question in CaptureInspection.allCases where question != .facts {
            state.take(try query(question.sql(models, in: space)), of: question)
        }
        return CaptureDifference(space: space, models: models, state: state, scope: .lost)
            .statements
    }

    @discardableResult
    func tick() throws -> Tick {
        var tick: Tick?
        try run(Self.statements.tick) { tick = try Tick($0.row($1)) }
        return try #require(tick)
    }

    private static let cuts = StatementShape(
        "SELECT n, epoch, last_seq, at FROM _apus.cut WHERE n > $1 ORDER BY n LIMIT $2",
        parameters: [.int8, .int8])

    func cuts(after number: Int64 = -1, limit: Int64 = .max) throws -> [Cut] {
        var cuts: [Cut] = []
        try run(
            Self.cuts,
            {
                $0.int8(number)
                $0.int8(limit)
            },
            { cuts.append(try Cut($0.row($1))) })
        return cuts
    }

    func changes(
        after sequence: Int64 = 0, limit: Int64 = .max
    ) throws -> [CapturedRow] {
        var changes: [CapturedRow] = []
        try run(
            Self.statements.changes,
            { ChangeStatements.changes(after: sequence, limit: limit, to: &$0) },
            { changes.append(try CapturedRow($0.row($1))) })
        return changes
    }

    func history() throws -> FeedHistory {
        var history = FeedHistory()
        try run([Self.statements.history]) { try history.add($0.row($1)) }
        return history
    }
}

extension CapturedRow {
    /// Of tables whose key is not `id` alone.
    private static let keys = ["named": ["n", "changed"], "spread": ["region", "id"]]

    /// The values of its key, as a JSON array; empty where there is no row.
    var key: [UInt8] {
        guard let image = new ?? old, let row = try? JSONDocument(parsing: image).root else {
            return []
        }
        let names = Self.keys[table, default: ["id"]]
        let values = names.compactMap { row[$0].map { String(utf8: $0.raw) } }
        return Array("[\(values.joined(separator: ","))]".utf8)
    }

    /// The change in one line.
    var line: String {
        let sides = [new, old].map { $0.map { String(utf8: $0) } ?? "-" }
        return "\(operation) \(table) \(String(utf8: key)) \(sides[0]) \(sides[1])"
    }
}
