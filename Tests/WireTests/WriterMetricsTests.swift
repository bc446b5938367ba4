import PostgresTestSupport
import ServerTestSupport
import TestSupport
import Testing

/// What `/metrics` tells of SQLite's writer.
@Suite(.sqliteOnly) struct WriterMetricsTests {
    @Test func `turns, waiting and refused writes are told`() throws {
        let server = try TestBackend()
        let text = try HTTPClient(port: server.port).send("GET", "/metrics").text
        for line in [
            "apus_writes_waiting 0", #"apus_writes_refused_total{bound="caller"} 0"#,
            "apus_writes_overtime_total 0", "# TYPE apus_writer_turn_seconds histogram",
            "apus_writer_turn_longest_seconds ",
        ] {
            #expect(text.contains("\n\(line)"), "\(line) is missing")
        }
    }
}
