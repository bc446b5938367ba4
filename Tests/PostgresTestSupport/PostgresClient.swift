import Bytes
public import PostgresWire
public import TestSupport

/// A blocking session with a server, for tests that look at a database from outside. Values are
/// text, but those of statements with parameters. Not for two threads at a time.
public final class PostgresClient {
    private var session: PostgresSession
    private let socket: LoopbackSocket
    /// What must be there for as long as the session is.
    private let kept: AnyObject?
    private var rows: [[String?]] = []
    /// Who takes the rows of a statement with parameters, while it runs.
    private var onRow: ((DataRow) -> Void)?

    /// Signs in where a connection string says; a failure where the server does not let us in.
    public convenience init(_ url: String) throws { try self.init(url, keeping: nil) }

    init(_ url: String, keeping kept: AnyObject?) throws {
        self.kept = kept
        let target = try ConnectionTarget(url)
        socket = try LoopbackSocket(target.hosts[0])
        session = PostgresSession(target.session(over: .unixSocket))
        try wait { if case .ready = $0 { true } else { false } }
    }

    deinit {
        session.terminate()
        flush()
    }

    /// The rows of a statement, or of several behind one another, nil for NULL.
    ///
    /// Several statements are one transaction, unless they say otherwise.
    ///
    /// - Throws: the `ServerError` of the first that fails.
    @discardableResult
    public func query(_ sql: String) throws -> [[String?]] {
        rows = []
        try finish(session.query(sql))
        return rows
    }

    /// Runs one statement with parameters, and hands each row to `body` as it comes.
    ///
    /// - Parameter fields: writes the values of the parameters.
    /// - Throws: the `ServerError` of one that fails, and what `fields` and `body` throw.
    public func run(
        _ shape: StatementShape, _ fields: (inout FieldWriter) throws -> Void,
        row body: @escaping (DataRow) throws -> Void
    ) throws {
        let unit = session.begin()
        do {
            try session.execute(shape, in: unit, fields)
        } catch {
            session.sync(unit)
            try finish(unit)
            throw error
        }
        session.sync(unit)
        var fault: (any Error)?
        onRow = { row in
            do { if fault == nil { try body(row) } } catch { fault = error }
        }
        defer { onRow = nil }
        try finish(unit)
        if let fault { throw fault }
    }

    private func finish(_ unit: UnitID) throws {
        try wait { event in
            guard case .finished(unit, let outcome) = event else { return false }
            switch outcome {
            case .succeeded: return true
            case .failed(let error, at: _, _), .stale(let error, at: _, _): throw error
            case .lost: return false
            }
        }
    }

    /// Runs one or several statements for what they do; see ``query(_:)``.
    public func execute(_ sql: String) throws { try query(sql) }

    /// The only value of the only row; nil for NULL, or where there is no row.
    public func value(_ sql: String) throws -> String? { try query(sql).first?.first ?? nil }

    /// The number of the server's process that serves this session.
    public func backend() throws -> Int32 {
        try value("select pg_backend_pid()").flatMap { Int32($0) } ?? 0
    }

    private func flush() {
        var bytes: [UInt8] = []
        session.takeOutput { bytes.append(span: $0) }
        if !bytes.isEmpty { socket.send(bytes) }
    }

    private func wait(until isWanted: (SessionEvent) throws -> Bool) throws {
        while true {
            while let event = session.next() {
                if case .row(_, let place) = event { take(place) }
                if case .deriveKeys(let derivation) = event { session.provide(derivation.keys()) }
                if try isWanted(event) { return }
                if case .ended(let end) = event { throw end }
            }
            flush()
            let bytes = socket.receive()
            if bytes.isEmpty { session.connectionEnded() } else { session.receive(bytes.span) }
        }
    }

    private func take(_ place: Range<Int>) {
        guard let onRow else { return keep(place) }
        Self.give(session, place, to: onRow)
    }

    private static func give(
        _ session: borrowing PostgresSession, _ place: Range<Int>, to body: (DataRow) -> Void
    ) {
        body(session.row(place))
    }

    private func keep(_ place: Range<Int>) {
        rows.append(session.row(place).texts)
    }
}

extension LoopbackSocket {
    /// Connects to a host of a connection string: a Unix socket, or a port of this machine.
    public convenience init(_ host: PostgresWire.Host) throws {
        if let path = host.socketPath {
            try self.init(path: path)
        } else {
            try self.init(port: host.port)
        }
    }
}
