import Bytes
public import PostgresWire
public import TestSupport

/// A blocking session with a server, for tests that look at a database from outside. It speaks the
/// simple query protocol: every value is text. Not for two threads at a time.
public final class PostgresClient {
    private var session: PostgresSession
    private let socket: LoopbackSocket
    /// What must be there for as long as the session is.
    private let kept: AnyObject?
    private var rows: [[String?]] = []

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
        let unit = session.query(sql)
        try wait { event in
            guard case .finished(unit, let outcome) = event else { return false }
            switch outcome {
            case .succeeded: return true
            case .failed(let error, at: _, _), .stale(let error, at: _, _): throw error
            case .lost: return false
            }
        }
        return rows
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
                if case .row(_, let place) = event { keep(place) }
                if case .deriveKeys(let derivation) = event { session.provide(derivation.keys()) }
                if try isWanted(event) { return }
                if case .ended(let end) = event { throw end }
            }
            flush()
            let bytes = socket.receive()
            if bytes.isEmpty { session.connectionEnded() } else { session.receive(bytes.span) }
        }
    }

    private func keep(_ place: Range<Int>) {
        var row = session.row(place)
        var values: [String?] = []
        while !row.isAtEnd {
            if let value = row.next() {
                values.append(String(utf8: value))
            } else {
                values.append(nil)
            }
        }
        rows.append(values)
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
