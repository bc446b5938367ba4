import Bytes
import StorePostgres
import TestSupport

/// Follows the changes of a log, and the rows that they make, and counts what cannot be.
///
/// Every write gives its row a version that no other write gives to any row. Of each key the
/// checker keeps the row that the log last told of: the old row of the next change must be that
/// one. At the end its rows must be the tables' own.
struct LogChecker {
    /// Changes that are missing: an old row was never told of as a new one, or a table has another
    /// row at the end.
    private(set) var lost = 0
    /// Changes told of twice.
    private(set) var doubled = 0
    /// Transactions with others in between, or in two cuts.
    private(set) var split = 0
    /// Numbers that do not rise, and rows whose earlier version comes after a later one.
    private(set) var misordered = 0
    private(set) var changeCount = 0
    /// The first few faults, in words.
    private(set) var faults: [String] = []

    private struct Place: Hashable {
        let table: String
        let key: [UInt8]
    }

    private var rows: [Place: [UInt8]] = [:]
    private var versions: Set<Int64> = []
    private var last: CapturedRow?
    private var transactions: Set<UInt64> = []
    private var places: Set<Int64> = []

    var isClean: Bool { lost == 0 && doubled == 0 && split == 0 && misordered == 0 }

    private mutating func record(
        _ count: WritableKeyPath<LogChecker, Int>, _ row: CapturedRow, _ why: String
    ) {
        self[keyPath: count] += 1
        if faults.count < 10 { faults.append("\(why): \(row.sequence) of \(row.xid), \(row.line)") }
    }

    /// Takes the next change.
    mutating func take(_ row: CapturedRow) {
        changeCount += 1
        takePlace(row)
        switch row.operation {
        case .insert: expect(nil, at: key(of: row, row.new), row)
        case .update, .delete: expect(row.old, at: key(of: row, row.old), row)
        case .truncate: rows = rows.filter { $0.key.table != row.table }
        case .gap: record(\.lost, row, "the triggers were off")
        }
        if row.operation != .insert, let old = row.old { rows[key(of: row, old)] = nil }
        guard let new = row.new else { return }
        rows[key(of: row, new)] = new
        if let version = Self.version(new), new != row.old, !versions.insert(version).inserted {
            record(\.doubled, row, "the version has been told of")
        }
    }

    private mutating func takePlace(_ row: CapturedRow) {
        if !places.insert(row.sequence).inserted {
            record(\.doubled, row, "the number came before")
        }
        if let last, row.sequence <= last.sequence { record(\.misordered, row, "the number falls") }
        if let last, last.xid == row.xid {
            if last.cut != row.cut || last.transaction != row.transaction {
                record(\.split, row, "a transaction in two cuts")
            }
        } else if !transactions.insert(row.xid).inserted {
            record(\.split, row, "the transaction was over")
        }
        last = row
    }

    /// Compares a row with what was told of it before.
    private mutating func expect(_ old: [UInt8]?, at place: Place, _ row: CapturedRow) {
        let known = rows[place]
        guard known != old else { return }
        if let old, let version = Self.version(old), versions.contains(version) {
            record(\.misordered, row, "a later version was told of before")
        } else {
            record(\.lost, row, "what came before was not told of: \(String(utf8: known ?? []))")
        }
    }

    /// Keys of old rows are in their images: a change's own key is that of the new row.
    private func key(of row: CapturedRow, _ image: [UInt8]?) -> Place {
        let document = try? JSONDocument(parsing: image ?? [])
        return Place(table: row.table, key: Array(document?.root["id"]?.raw ?? []))
    }

    private static func version(_ image: [UInt8]) -> Int64? {
        (try? JSONDocument(parsing: image))?.root["version"]?.int64
    }

    /// Compares a table with the rows that the log has made of it.
    ///
    /// - Parameter table: id and version of each row.
    mutating func compare(_ name: String, with table: [[String?]]) {
        var left = rows.filter { $0.key.table == name }.mapValues { Self.version($0) }
        for row in table {
            let place = Place(table: name, key: Array((row[0] ?? "").utf8))
            let version = left.removeValue(forKey: place)
            if version != row[1].flatMap({ Int64($0) }) { lost += 1 }
        }
        lost += left.count
    }
}
