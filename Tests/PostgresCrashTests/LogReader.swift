import Bytes
import CrashTestSupport
import Glibc
import PostgresTestSupport
import StorePostgres
import TestSupport

/// Reads the log from a cursor, page by page, through whatever happens to the server.
struct LogReader {
    let url: String
    var generator: SeededGenerator
    private(set) var rows: [CapturedRow] = []
    private static let statements = ChangeStatements()

    init(_ url: String, seed: UInt64) {
        self.url = url
        generator = SeededGenerator(seed: seed)
    }

    /// Reads until all is over.
    mutating func run(_ isOver: () -> Bool) {
        while !isOver() {
            do {
                let client = try PostgresClient(url)
                while !isOver() {
                    if try !readPage(client) { usleep(2_000) }
                }
            } catch {
                usleep(10_000)
            }
        }
    }

    /// Everything behind the last row.
    mutating func readToEnd() throws {
        let client = try PostgresClient(url)
        while try readPage(client) {}
    }

    /// Whether there was something.
    private mutating func readPage(_ client: PostgresClient) throws -> Bool {
        let limit = Int64.random(in: 1...300, using: &generator)
        let after = rows.last?.sequence ?? 0
        var page: [CapturedRow] = []
        try client.run(
            Self.statements.changes,
            { ChangeStatements.changes(after: after, limit: limit, to: &$0) },
            row: { page.append(try CapturedRow($0)) })
        rows += page
        return !page.isEmpty
    }

    // MARK: What it comes to

    /// What cannot be in a log of these tables, and the rows that it makes of them.
    func replayed() -> (faults: [String], rows: [Subscriber.Row: Int64]) {
        var faults: [String] = []
        var rows: [Subscriber.Row: Int64] = [:]
        var last: CapturedRow?
        var transactions: Set<Int64> = []
        for change in self.rows {
            if let last, change.sequence <= last.sequence {
                faults.append("\(change.sequence) comes after \(last.sequence)")
            }
            if last?.transaction != change.transaction,
                !transactions.insert(change.transaction).inserted
            {
                faults.append("transaction \(change.transaction) is split")
            }
            last = change
            guard let row = Self.row(change) else {
                faults.append("\(change.sequence) is \(change.operation)")
                continue
            }
            let (old, new) = (Self.version(change.old), Self.version(change.new))
            if rows[row] != old || (old != nil && new != nil && new != old.map({ $0 + 1 })) {
                faults.append(
                    "\(change.sequence): \(row) goes from \(old ?? -1) to \(new ?? -1) and was "
                        + "\(rows[row] ?? -1)")
            }
            rows[row] = new
        }
        return (faults, rows)
    }

    private static func row(_ change: CapturedRow) -> Subscriber.Row? {
        let image = try? JSONDocument(parsing: change.new ?? change.old ?? [])
        return image?.root["id"]?.int64.map { Subscriber.Row(table: change.table, id: $0) }
    }

    private static func version(_ image: [UInt8]?) -> Int64? {
        image.flatMap { (try? JSONDocument(parsing: $0))?.root["version"]?.int64 }
    }
}
