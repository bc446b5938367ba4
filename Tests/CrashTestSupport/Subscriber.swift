import Bytes
import Glibc
import TestSupport

/// Keeps the rows of both tables as a client does: it joins, reads them by REST, and follows the
/// changes. When the socket goes it begins anew.
public struct Subscriber: Sendable {
    /// A row of a table.
    public struct Row: Hashable, Sendable {
        let table: String
        let id: Int64

        /// A row.
        public init(table: String, id: Int64) {
            self.table = table
            self.id = id
        }
    }

    let node: ServedNode
    let ledger: Ledger
    /// The rows with their versions.
    private(set) var rows: [Row: Int64] = [:]
    /// How many changes it was told of.
    public private(set) var changeCount = 0
    /// How often it has joined.
    public private(set) var joins = 0
    /// How often it was told to join anew.
    public private(set) var resets = 0
    /// What the feed has told of each row since it joined; nil for rows that are gone.
    private var told: [Row: Int64?] = [:]
    private var isDone = false

    /// Somebody who knows nothing yet.
    public init(_ node: ServedNode, _ ledger: Ledger) {
        self.node = node
        self.ledger = ledger
    }

    /// What it follows.
    public static let tables = ["tallies", "entries"]

    /// Follows until it hears of the end, or is told that there will be none.
    public mutating func run(_ isOver: () -> Bool) {
        while !isDone, !isOver() {
            guard let port = node.port else {
                usleep(5_000)
                continue
            }
            do {
                try follow(port, isOver)
            } catch is SocketFault {
                usleep(5_000)
            } catch {
                ledger.note(fault: "a subscriber: \(error)")
                return
            }
        }
    }

    private mutating func follow(_ port: Int, _ isOver: () -> Bool) throws {
        let feed = try FeedClient(port: port, key: node.key)
        let bindings = Self.tables.map { table -> JSON in
            ["event": "*", "schema": "public", "table": .string(table)]
        }
        try feed.join("rows", bindings: .array(bindings), token: node.key)
        joins += 1
        told = [:]
        try fetch(port)
        var beatAt = ContinuousClock.now
        while !isDone, !isOver() {
            if .now - beatAt > .seconds(20) {
                try feed.send("phoenix", "heartbeat", [:])
                beatAt = .now
            }
            let message = try feed.next()
            switch message["event"]?.string {
            case "postgres_changes": take(message["payload"]?["data"] ?? .null)
            case "system" where message["payload"]?["status"] == "error", "phx_error", "phx_close":
                resets += 1
                return
            default: break
            }
        }
    }

    /// Reads the rows. What is told of meanwhile waits in the socket.
    private mutating func fetch(_ port: Int) throws {
        rows = [:]
        for table in Self.tables {
            let client = try HTTPClient(port: port, key: node.key)
            var answer = try client.send("GET", "/rest/v1/\(table)?select=id,version")
            while answer.status == 503 {
                usleep(20_000)
                answer = try client.send("GET", "/rest/v1/\(table)?select=id,version")
            }
            guard answer.status == 200 else {
                ledger.note(fault: "GET \(table): \(answer.status)")
                return
            }
            for row in try answer.json.rows {
                guard let id = row["id"]?.integer, let version = row["version"]?.integer else {
                    continue
                }
                rows[Row(table: table, id: id)] = version
            }
        }
    }

    // MARK: Changes

    private mutating func take(_ data: JSON) {
        changeCount += 1
        let record = data["record"]
        guard let type = data["type"]?.string, let table = data["table"]?.string,
            let id = (record ?? data["old_record"])?["id"]?.integer
        else { return ledger.note(fault: "no change: \(String(utf8: data.bytes))") }
        let row = Row(table: table, id: id)
        if record?["token"]?.string?.hasPrefix(Marker.prefix) == true { isDone = true }
        guard type != "DELETE" else {
            if told[row] == .some(nil) { ledger.note(fault: "\(row) was deleted twice") }
            told[row] = .some(nil)
            rows[row] = nil
            return
        }
        guard let version = record?["version"]?.integer else {
            return ledger.note(fault: "no version: \(String(utf8: data.bytes))")
        }
        expect(version, of: row, isNew: type == "INSERT")
        told[row] = version
        rows[row] = max(version, rows[row] ?? 0)
    }

    /// Versions rise by one: from change to change, and from what was read to the first change.
    /// What was read may be ahead of that one.
    private func expect(_ version: Int64, of row: Row, isNew: Bool) {
        switch (told[row], isNew) {
        case (.some(let last), true):
            ledger.note(fault: "\(row) was inserted, after \(last.map { "\($0)" } ?? "its end")")
        case (.some(let last), false):
            if version != last.map({ $0 + 1 }) {
                ledger.note(fault: "\(row) is of version \(version), after \(last ?? -1)")
            }
        case (nil, true):
            if version != 1 { ledger.note(fault: "\(row) begins with version \(version)") }
        case (nil, false):
            if let read = rows[row], version > read + 1 {
                ledger.note(fault: "\(row) is of version \(version), and was read as \(read)")
            }
        }
    }

    /// What it has and the tables have not, and the other way round.
    ///
    /// - Parameter markers: rows that it may not have heard of.
    public func faults(against tables: [Row: Int64], but markers: Set<Row>) -> [String] {
        let all = Set(rows.keys).union(tables.keys).subtracting(markers)
        return all.filter { rows[$0] != tables[$0] }.map {
            "\($0) is \(rows[$0] ?? -1) to a subscriber and \(tables[$0] ?? -1) in its table"
        }
    }
}
