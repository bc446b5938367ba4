import Bytes
import Diagnostics
import Store
import StorePostgres

/// What a backup of PostgreSQL says of itself.
struct PostgresManifest {
    /// A table, and the file with its rows.
    struct Entry {
        let table: CopiedTable
        let file: String
        let rows: Int
        let byteCount: Int
        /// The file's SHA-256 digest, in hexadecimal digits.
        let digest: String
    }

    static let fileName = "manifest.json"
    private static let format: Int64 = 1

    var epoch = ""
    var facts: [String: String] = [:]
    var records: [MigrationRecord] = []
    var entries: [Entry] = []
    var sequences: [CopiedSequence] = []

    /// The text of the file.
    var bytes: [UInt8] {
        let object: JSON = [
            "format": .integer(Self.format), "epoch": .string(epoch),
            "facts": .object(
                facts.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .string($0.value)) }),
            "migrations": .array(
                records.map { record in
                    [
                        "version": .string(record.version), "name": .string(record.name),
                        "checksum": .string(record.checksum),
                        "applied_at": .string(record.appliedAt),
                    ]
                }),
            "tables": .array(entries.map(\.json)),
            "sequences": .array(
                sequences.map { sequence in
                    [
                        "table": .string(sequence.table), "column": .string(sequence.column),
                        "last": sequence.last.map { .integer($0) } ?? .null,
                    ]
                }),
        ]
        return object.bytes
    }

    /// Nothing copied yet.
    init() {}

    /// Reads the file's text; nil when it is none of ours.
    init?(parsing bytes: [UInt8]) {
        guard let root = try? JSONDocument(parsing: bytes).root,
            root["format"]?.int64 == Self.format, let epoch = root["epoch"]?.string,
            let tables = root["tables"]
        else { return nil }
        self.epoch = epoch
        if let noted = root["facts"] {
            for (name, value) in noted.members { facts[name.string ?? ""] = value.string }
        }
        for record in root["migrations"]?.elements ?? [] {
            records.append(
                MigrationRecord(
                    version: record["version"]?.string ?? "", name: record["name"]?.string ?? "",
                    checksum: record["checksum"]?.string ?? "",
                    appliedAt: record["applied_at"]?.string ?? ""))
        }
        for table in tables.elements {
            guard let entry = Entry(table) else { return nil }
            entries.append(entry)
        }
        for sequence in root["sequences"]?.elements ?? [] {
            sequences.append(
                CopiedSequence(
                    table: sequence["table"]?.string ?? "",
                    column: sequence["column"]?.string ?? "", last: sequence["last"]?.int64))
        }
    }
}

extension PostgresManifest.Entry {
    fileprivate var json: JSON {
        [
            "name": .string(table.name), "columns": .array(table.columns.map(JSON.string)),
            "file": .string(file), "rows": .integer(Int64(rows)),
            "bytes": .integer(Int64(byteCount)), "sha256": .string(digest),
        ]
    }

    /// Reads a table of the manifest. Its file lies beside it.
    fileprivate init?(_ value: JSONValue) {
        guard let name = value["name"]?.string, let file = value["file"]?.string,
            let rows = value["rows"]?.int64, let bytes = value["bytes"]?.int64,
            let digest = value["sha256"]?.string, !file.utf8.contains(ASCII.slash)
        else { return nil }
        let columns = value["columns"]?.elements.compactMap(\.string) ?? []
        self.init(
            table: CopiedTable(name: name, columns: columns), file: file, rows: Int(rows),
            byteCount: Int(bytes), digest: digest)
    }
}
