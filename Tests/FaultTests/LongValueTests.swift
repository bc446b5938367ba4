import CrashTestSupport
import PostgresTestSupport
import ServerTestSupport
import TestSupport
import Testing

/// A statement of SQLite holds a copy of a value for each place that names it. One request named a
/// text of nine megabytes two hundred times, and the server took four gigabytes.
@Suite(.blocking, .sqliteOnly, .timeLimit(.minutes(5))) struct LongValueTests {
    private static let columns = (0..<100).map { "a\($0):token" }.joined(separator: ",")

    @Test func `copies of a long value have a bound of their own`() throws {
        let project = try TestProject(models: ServedNode.models)
        let node = try ServedNode(project)
        let command = try node.start()
        let client = try HTTPClient(port: node.port ?? 0, key: node.key)
        let text = String(repeating: "x", count: 8_000_000)
        let row = #"{"token":"\#(text)","version":1}"#
        #expect(try client.send("POST", "/rest/v1/entries", row).status == 201)
        let process = ServedProcess(number: command.process)
        let before = process.peakBytes
        let answer = try client.send("GET", "/rest/v1/entries?select=\(Self.columns)")
        #expect(answer.status == 503, "\(answer.text.prefix(200))")
        #expect(answer.text.contains(#""code":"53200""#), "\(answer.text.prefix(200))")
        #expect(process.peakBytes - before < 128 << 20)
        let metrics = try client.send("GET", "/metrics").text
        #expect(!metrics.contains("\napus_long_values_refused_total 0\n"))
        // What was held has been given back.
        #expect(try client.send("GET", "/rest/v1/entries?select=token").status == 200)
        // It is told in the log, as all that fails.
        #expect(node.end(command).allSatisfy { $0.contains("53200") })
        withExtendedLifetime(project) {}
    }
}
