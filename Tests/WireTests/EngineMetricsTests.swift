import PostgresTestSupport
import ServerTestSupport
import TestSupport
import Testing

/// What `/metrics` tells of the engine: of SQLite's writer, of the connections to PostgreSQL.
@Suite struct EngineMetricsTests {
    private static let lines =
        TestEngine.isPostgres
        ? [
            #"apus_database_connections{lane="write"} "#, #"apus_database_waiting{lane="read"} 0"#,
            #"apus_database_refused_total{bound="caller"} 0"#, "apus_database_units_total ",
            "apus_database_connects_total ", "apus_database_transactions_waiting 0",
            #"apus_database_transactions_refused_total{bound="all"} 0"#,
        ]
        : [
            "apus_writes_waiting 0", #"apus_writes_refused_total{bound="caller"} 0"#,
            "apus_writes_overtime_total 0", "# TYPE apus_writer_turn_seconds histogram",
            "apus_writer_turn_longest_seconds ", "apus_long_value_bytes ",
            #"apus_first_writes_refused_total{bound="all"} 0"#, "apus_long_values_refused_total ",
        ]

    @Test func `what waits and what was refused is told`() throws {
        let server = try TestBackend()
        let text = try HTTPClient(port: server.port).send("GET", "/metrics").text
        for line in Self.lines { #expect(text.contains("\n\(line)"), "\(line) is missing") }
    }
}
