import CBaseline
import CSQLite

/// The rows of every server: the same titles, bodies and numbers in the same order.
enum Rows {
    static let defaultCount = 100_000
    /// Row numbers of servers whose keys are text of 15 characters: `item` and eleven digits.
    static let textPrefix = "item"
    static let textDigits = 11
    static let body =
        "The quick brown fox jumps over the lazy dog and runs back through the field to sleep "
        + "while the river carries leaves past."

    /// Whose the other half of the notes is.
    static let stranger = "0198c2a4-0000-7000-8000-000000000000"

    static func title(_ row: Int) -> String { "Item \(row)" }

    /// Numbers in another order than the rows: a range of them is spread over the table.
    static func number(_ row: Int, of count: Int) -> Int { row * 7919 % count }

    static func textKey(_ row: Int) -> String {
        var key = Array(textPrefix.utf8)
        appendDecimal(row, width: textDigits, to: &key)
        return String(decoding: key, as: UTF8.self)
    }

    /// A JSON array of rows, as bulk inserts take it.
    ///
    /// - Parameter owner: for rows of `notes`, whose every second one is.
    static func json(_ rows: Range<Int>, of count: Int, owner: String? = nil) -> [UInt8] {
        var text = "["
        for row in rows {
            if row > rows.lowerBound { text += "," }
            text += #"{"title":"\#(title(row))","body":"\#(body)","n":\#(number(row, of: count))"#
            if let owner {
                text += #","owner_id":"\#(row.isMultiple(of: 2) ? owner : stranger)""#
            }
            text += "}"
        }
        return Array((text + "]").utf8)
    }

    /// Makes the baseline's database.
    static func makeDatabase(at path: String, count: Int) throws(BenchmarkError) {
        let table = """
            CREATE TABLE items (
              id INTEGER PRIMARY KEY, title TEXT NOT NULL, body TEXT NOT NULL, n INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX items_n ON items (n);
            CREATE TABLE notes (
              id INTEGER PRIMARY KEY, owner_id TEXT NOT NULL, title TEXT NOT NULL,
              body TEXT NOT NULL, n INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX notes_owner_id ON notes (owner_id);
            """
        let notes = """
            INSERT INTO notes (id, owner_id, title, body, n)
            SELECT id, iif(id % 2, '\(stranger)', '\(CBASELINE_OWNER)'), title, body, n FROM items;
            """
        try fill(
            path, count: count, textKeys: false, before: "PRAGMA journal_mode=WAL;\(table)",
            after: notes)
    }

    /// Writes the rows into a table that exists, past the server that owns it.
    static func fill(
        _ path: String, count: Int, textKeys: Bool, before preparation: String = "",
        after rest: String = ""
    ) throws(BenchmarkError) {
        var handle: OpaquePointer?
        defer { unsafe sqlite3_close(handle) }
        func run(_ sql: String) throws(BenchmarkError) {
            if unsafe sqlite3_exec(handle, sql, nil, nil, nil) != SQLITE_OK {
                throw BenchmarkError("\(path): \(unsafe String(cString: sqlite3_errmsg(handle)))")
            }
        }
        guard unsafe sqlite3_open(path, &handle) == SQLITE_OK else {
            throw BenchmarkError("\(path) cannot be opened")
        }
        try run("PRAGMA busy_timeout=10000;\(preparation)BEGIN IMMEDIATE")
        for first in stride(from: 1, through: count, by: 500) {
            let rows = first..<min(first + 500, count + 1)
            let values = rows.map { row in
                let key = textKeys ? "'\(textKey(row))'" : String(row)
                return "(\(key),'\(title(row))','\(body)',\(number(row, of: count)))"
            }
            try run(
                "INSERT INTO items (id, title, body, n) VALUES " + values.joined(separator: ","))
        }
        try run("\(rest)COMMIT")
    }
}
