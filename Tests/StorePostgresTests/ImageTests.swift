import Bytes
import PostgresTestSupport
import StorePostgres
import TestSupport
import Testing
import Values

/// The rows in the log are the bytes that this program's own encoder gives.
@Suite(.blocking, .needsPostgres) struct ImageTests {
    static let types: [(column: String, type: ColumnType, declared: String)] = [
        ("a_text", .text, "text"), ("a uuid", .uuid, "uuid"), ("at", .timestamp, "timestamptz"),
        ("day", .date, "date"), ("hour", .time, "time"),
        ("price", .decimal(precision: 12, scale: 2), "numeric(12,2)"),
        ("tiny", .decimal(precision: 18, scale: 10), "numeric(18,10)"),
        ("whole", .decimal(precision: 9, scale: 0), "numeric(9,0)"), ("big", .integer, "bigint"),
        ("small", .integer32, "integer"), ("real", .real, "double precision"),
        ("truth", .boolean, "boolean"), ("data", .json, "jsonb"), ("bytes", .bytes, "bytea"),
    ]

    static let values: [[String]] = [
        [
            "", "a", "ü\u{1F600}e\u{301}", "a\"b\\c/d", "\u{1}\u{8}\t\n\u{B}\u{C}\r\u{1F}\u{7F}",
            " {\"a\": 1} ", "\u{2028}",
        ],
        ["0189f7e2-1c9d-7a3b-8c4d-123456789abc", "00000000-0000-0000-0000-000000000000"],
        [
            "2026-11-21 10:15:00.120000+00", "2026-11-21 10:15:00+02", "0001-01-01 00:00:00+00",
            "9999-12-31 23:59:59.999999+00", "1969-12-31 23:59:59.000001+00",
            "1900-02-28 00:00:00+00",
        ],
        ["2026-11-21", "0001-01-01", "9999-12-31"],
        ["10:15:00.500", "00:00:00", "23:59:59.999999", "00:00:00.000001"],
        ["10.50", "-0.05", "0", "9999999999.99", "-9999999999.99", "1.005"],
        ["0.0000000001", "-12345678.1234567891", "0"], ["0", "-999999999", "100000"],
        ["9223372036854775807", "-9223372036854775808", "0"], ["2147483647", "-2147483648", "0"],
        [
            "0.1", "0.30000000000000004", "1e15", "1e16", "123456789012345680", "1e20", "1e-5",
            "0.0001",
            "1e-7", "5e-324", "1.7976931348623157e308", "-0", "-1.5", "100", "1e100", "2.5e-8",
            "Infinity", "-Infinity", "999999999999999.9", "1234567.125",
        ],
        ["true", "false"],
        [
            "{\"b\":1,\"a\":[1,2,{\"c d\":\" x , y \"}]}", "[]", "{}", "null", "\"a \\\" b\"",
            "12.50",
            "{\"aa\":1,\"b\":2,\"aa\":3}", "[1, 2.0, -0.5, true, null]", "\"\\u0001 é\"",
        ],
        ["\\x", "\\x00ff", "\\x5c27220a"],
    ]

    static let model = CapturedModel(
        name: "of all types",
        columns: [.init("id", .integer)] + types.map { .init($0.column, $0.type) }, key: [0],
        retain: .seconds(60))

    /// Whatever a session says of how things are printed.
    static let foreign = """
        SET TimeZone = 'Europe/Paris'; SET DateStyle = 'SQL, DMY'; SET bytea_output = 'escape';
        SET extra_float_digits = -5; SET search_path = ''; SET IntervalStyle = 'sql_standard'
        """

    @Test func `images are what the encoder writes, whatever the session's settings are`() throws {
        let database = try PostgresServer.shared.makeDatabase()
        let client = try LogClient(database.url)
        let columns = Self.types.map { "\"\($0.column)\" \($0.declared)" }
        try client.query(
            "CREATE TABLE \"of all types\" (id bigint PRIMARY KEY, \(columns.joined(separator: ", ")))"
        )
        try client.setUp([Self.model])
        let rows = try writeRows(try LogClient(database.url))
        try client.tick()
        let changes = try client.changes()
        #expect(changes.count == rows.count * 3)
        for (index, row) in rows.enumerated() {
            #expect(String(utf8: changes[index].new ?? []) == row)
            #expect(changes[index].key == Array("[\(index)]".utf8))
            #expect(String(utf8: changes[rows.count * 2 + index].old ?? []) == row)
        }
        let updates = changes.filter { $0.operation == .update }
        #expect(updates.count == rows.count && updates.allSatisfy { $0.new == $0.old })
    }

    /// Inserts, updates and deletes rows with every value; the rows as the encoder writes them.
    private func writeRows(_ client: LogClient) throws -> [String] {
        var inserts: [String] = []
        var rows: [String] = []
        for index in 0...(Self.values.map(\.count).max() ?? 0) {
            var literals = ["\(index)"]
            var json = Array("{\"id\":\(index)".utf8)
            for (column, type) in Self.types.enumerated() {
                let texts = Self.values[column]
                json.append(ascii: ",")
                json.append(jsonString: type.column)
                json.append(ascii: ":")
                guard index < texts.count else {
                    literals.append("NULL")
                    json.append(ascii: "null")
                    continue
                }
                literals.append("E'" + texts[index].escaped + "'")
                type.type.appendJSON(try type.type.parse(texts[index]), to: &json)
            }
            json.append(ascii: "}")
            rows.append(String(utf8: json))
            inserts.append("(\(literals.joined(separator: ", ")))")
        }
        try client.query(Self.foreign)
        try client.query(
            "INSERT INTO public.\"of all types\" VALUES \(inserts.joined(separator: ", "))")
        try client.query("UPDATE public.\"of all types\" SET id = id")
        try client.query("DELETE FROM public.\"of all types\"")
        return rows
    }
}

extension String {
    fileprivate var escaped: String {
        unicodeScalars.reduce(into: "") { text, scalar in
            if scalar == "'" || scalar == "\\" { text.unicodeScalars.append(scalar) }
            text.unicodeScalars.append(scalar)
        }
    }
}
