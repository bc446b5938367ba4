import Bytes
import Dispatch
import PostgresTestSupport
import Server
import ServerTestSupport
import TestSupport
import Testing

/// One client whose reads are slow, and another one beside it on the same loop.
@Suite(.sqliteOnly, .timeLimit(.minutes(10))) struct SlowReaderTests {
    private static let models = [
        "documents": """
        {"properties": {"id": {"type": "integer"}, "data": {}}, "access": {"read": true}}
        """
    ]

    /// Of some hundred kilobytes.
    private static let document =
        "{" + (0..<64).map { #""k\#($0)":""# + String(repeating: "x", count: 1500) + #"""# }
        .joined(separator: ",") + "}"

    /// Four hundred tests of the document, in a target of seven kilobytes.
    private static let attack =
        "/rest/v1/documents?select=id&and=("
        + (0..<400).map { "data->>k\($0 % 64).neq.\($0)" }.joined(separator: ",") + ")"

    @Test func `a bystander is answered while a large document is tested many times`() throws {
        let server = try TestBackend(models: Self.models, loops: 1)
        let body = #"[{"id":1,"data":\#(Self.document)},{"id":2,"data":{}}]"#
        #expect(try server.serviceClient().send("POST", "/rest/v1/documents", body).status == 201)
        let bystander = try server.client()
        _ = try bystander.send("GET", "/rest/v1/documents?id=eq.2")
        let answers = Record<Int>()
        let (port, key) = (server.port, server.anonymous)
        DispatchQueue.global().async {
            let attacker = try? HTTPClient(port: port, key: key)
            answers.append((try? attacker?.send("GET", Self.attack).status) ?? 0)
        }
        var reads = 0
        var readsBefore = 0
        while answers.all.isEmpty {
            let answer = try bystander.send("GET", "/rest/v1/documents?id=eq.2")
            #expect(answer.text == #"[{"id":2,"data":{}}]"#)
            reads += 1
            if answers.all.isEmpty { readsBefore = reads }
        }
        #expect(answers.all == [200])
        // The first may be answered before the attack has come.
        #expect(readsBefore > 5, "\(readsBefore) reads were answered before the attack's")
        let metrics = try HTTPClient(port: port).send("GET", "/metrics").text
        #expect(metrics.contains("\napus_slow_reads_total 1\n"))
        #expect(metrics.contains("\napus_slow_reads_waiting 0\n"))
    }
}
