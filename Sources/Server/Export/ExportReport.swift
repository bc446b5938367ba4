import Bytes
import Diagnostics

/// What `apus export` has written.
public struct ExportReport: Sendable {
    /// A table's rows.
    struct Written {
        let table: String
        /// The file; nil for standard output.
        var file: String?
        let rows: Int
    }

    let tables: [Written]
    let nanoseconds: UInt64

    private var seconds: Double { Double(nanoseconds / 100_000_000) / 10 }

    /// A line for each file, for people.
    public var text: String {
        let lines = tables.map { table in
            "wrote \(table.file ?? "standard output"): \(counted(table.rows, "row"))\n"
        }
        let rows = tables.reduce(0) { $0 + $1.rows }
        let total = "\(counted(rows, "row")) of \(counted(tables.count, "table"))"
        return lines.joined() + "\(total) in \(seconds) s\n"
    }

    /// An object for scripts.
    public var json: String {
        let object: JSON = [
            "tables": .array(
                tables.map { table in
                    [
                        "table": .string(table.table),
                        "file": table.file.map { .string($0) } ?? .null,
                        "rows": .integer(Int64(table.rows)),
                    ]
                }),
            "milliseconds": .integer(Int64(nanoseconds / 1_000_000)),
        ]
        return String(utf8: object.bytes)
    }
}
