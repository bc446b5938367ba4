import PostgresTestSupport
import Server
import ServerTestSupport
import TestSupport
import Testing

/// How `apus import` finds the server beside it, and speaks to it.
@Suite(.timeLimit(.minutes(10))) struct ImportServerTests {
    private static let models = [
        "things": """
        {"properties": {"id": {"type": "integer", "identity": true}, "name": {"type": "string"}},
         "required": ["name"], "access": {"read": true}}
        """
    ]

    /// Loads two rows.
    private static func load(
        _ words: [String], environment: [String: String] = [:], into project: TestProject
    ) throws -> (lines: [String], code: Int32?) {
        try project.write("name\na\nb\n", to: "rows")
        let command = try RunningCommand(
            ["import", "things", project.path + "/rows", "--project", project.path] + words,
            environment: environment)
        var lines: [String] = []
        while let line = command.nextLine() { lines.append(line) }
        return (lines, command.exitCode())
    }

    @Test func `a key that is refused is told as that, once, and of no row`() throws {
        let server = try TestBackend(models: Self.models)
        let other = try TestBackend(models: Self.models)
        let (lines, code) = try Self.load(
            ["--url", "http://127.0.0.1:\(server.port)"], into: other.project)
        #expect(code == 1)
        let url = "http://127.0.0.1:\(server.port)"
        #expect(
            lines.first == "apus: The server at \(url) refuses the project's service key: "
                + "Invalid API key.", "\(lines)")
        #expect(lines.filter { $0.contains("Invalid API key") }.count == 1, "\(lines)")
        #expect(!lines.contains { $0.contains("rows:") }, "\(lines)")
        #expect(try server.serviceClient().send("GET", "/rest/v1/things").text == "[]")
    }

    @Test func `a load that has to wait says for how long, and why`() throws {
        let server = try TestBackend(
            models: Self.models,
            project: """
                {"throttle": {"limits": [
                  {"name": "loads", "roles": ["service_role"], "per": "all", "rate": "1/h"}]}}
                """)
        #expect(try server.serviceClient().send("GET", "/rest/v1/things").status == 200)
        try server.project.write("name\na\n", to: "rows")
        let path = server.project.path
        let command = try RunningCommand([
            "import", "things", path + "/rows", "--project", path,
            "--url", "http://127.0.0.1:\(server.port)",
        ])
        let line = command.lines(through: "waits").last ?? ""
        #expect(line.hasPrefix("apus: waits 3"), "\(line)")
        #expect(line.hasSuffix("The limit \"loads\" allows 1/h for all together."), "\(line)")
    }

    /// On PostgreSQL a load beside a server needs none.
    @Test(.sqliteOnly) func `the server is the one that holds the database, wherever it listens`()
        throws
    {
        let server = try TestBackend(models: Self.models)
        let other = try TestBackend(models: Self.models)
        let (lines, code) = try Self.load(
            [], environment: ["APUS_LISTEN": "127.0.0.1:\(other.port)"], into: server.project)
        #expect(code == 0, "\(lines)")
        #expect(try server.serviceClient().send("GET", "/rest/v1/things").text.contains("b"))
    }

    @Test func `rows are loaded beside a server that has an address for metrics`() throws {
        let server = try TestBackend(
            models: Self.models, project: #"{"metrics": {"listen": "127.0.0.1:0"}}"#)
        let port = try #require(server.backend.statusPort)
        try server.project.write(
            "{\"metrics\": {\"listen\": \"127.0.0.1:\(port)\"}}", to: "Schemas/project.json")
        let (lines, code) = try Self.load([], into: server.project)
        #expect(code == 0, "\(lines)")
        #expect(try server.serviceClient().send("GET", "/rest/v1/things").text.contains("b"))
    }

    /// A server with a certificate for localhost, and what it serves.
    private static func secured(_ certificate: TestAuthority.Issued) throws -> TestBackend {
        try TestBackend(
            models: models,
            project: """
                {"tls": {"certificate": "\(certificate.certificatePath)",
                         "key": "\(certificate.keyPath)"}}
                """)
    }

    private static func count(_ server: TestBackend) throws -> String? {
        server.backend.stop()
        return try server.project.value("SELECT count(*) FROM things")
    }

    @Test func `rows go through TLS to a server that a given authority stands behind`() throws {
        let authority = try TestAuthority()
        let server = try Self.secured(try authority.issue())
        let (lines, code) = try Self.load(
            ["--url", "https://localhost:\(server.port)", "--ca", authority.certificatePath],
            into: server.project)
        #expect(code == 0, "\(lines)")
        #expect(try Self.count(server) == "2")
    }

    @Test func `who is not trusted is shown neither rows nor the key`() throws {
        let authority = try TestAuthority()
        let server = try Self.secured(try authority.issue(for: "DNS:elsewhere.test"))
        let url = "https://localhost:\(server.port)"
        let unknown = try Self.load(["--url", url], into: server.project)
        #expect(unknown.code == 1)
        #expect(unknown.lines.contains { $0.contains("not signed by an authority") })
        let other = try Self.load(
            ["--url", url, "--ca", authority.certificatePath], into: server.project)
        #expect(other.code == 1)
        #expect(other.lines.contains { $0.contains("elsewhere.test") }, "\(other.lines)")
        #expect(try Self.count(server) == "0")
    }

    /// Whatever names the certificate is for, and whoever has issued it.
    @Test(.sqliteOnly) func `the project's own certificate is known`() throws {
        let authority = try TestAuthority()
        let server = try Self.secured(try authority.issue(for: "DNS:elsewhere.test"))
        let (lines, code) = try Self.load(
            [], environment: ["APUS_LISTEN": "127.0.0.1:\(server.port)"], into: server.project)
        #expect(code == 0, "\(lines)")
        #expect(try Self.count(server) == "2")
    }
}
