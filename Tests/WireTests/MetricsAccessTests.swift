import Server
import ServerTestSupport
import TestSupport
import Testing

@Suite struct MetricsAccessTests {
    private func backend(_ project: TestProject, key: String? = nil) throws -> Backend {
        let options = try project.options(metricsKey: key)
        return try Backend.start(options, mode: .development)
    }

    @Test func `at an address of their own metrics are there and nowhere else`() throws {
        let project = try TestProject(project: #"{"metrics": {"listen": "127.0.0.1:0"}}"#)
        let backend = try backend(project)
        defer { backend.stop() }
        let clients = try HTTPClient(port: backend.port)
        #expect(try clients.send("GET", "/metrics").status == 404)
        #expect(try clients.send("GET", "/health").status == 200)
        let scraper = try HTTPClient(port: try #require(backend.statusPort))
        let metrics = try scraper.send("GET", "/metrics")
        #expect(metrics.status == 200 && metrics.text.contains("apus_http_requests_total"))
        #expect(try scraper.send("GET", "/ready").status == 200)
        #expect(try scraper.send("POST", "/metrics", "{}").status == 200)
        for path in ["/rest/v1/notes", "/auth/v1/settings", "/", "/nowhere"] {
            #expect(try scraper.send("GET", path).status == 404)
        }
    }

    @Test(arguments: ["text", "json"])
    func `the start says where metrics are that have an address of their own`(
        format: String
    ) throws {
        let project = try TestProject(project: #"{"metrics": {"listen": "127.0.0.1:0"}}"#)
        let command = try RunningCommand([
            "dev", "--project", project.path, "--listen", "127.0.0.1:0", "--log-format", format,
        ])
        let text = format == "json" ? #""event":"listening""# : "metrics on "
        let line = try #require(command.lines(through: text).last)
        let url = try #require(line.firstRange(of: "://127.0.0.1:", after: "metrics"))
        let port = try #require(Int(line[url.upperBound...].prefix { $0.isNumber }))
        #expect(line[url.upperBound...].contains("/metrics"))
        #expect(try HTTPClient(port: port).send("GET", "/metrics").status == 200)
        #expect(try HTTPClient(port: port).send("GET", "/rest/v1/notes").status == 404)
        withExtendedLifetime(command) {}
    }

    @Test func `with a key metrics are for who shows it`() throws {
        let project = try TestProject()
        let backend = try backend(project, key: "a key of some length")
        defer { backend.stop() }
        func status(_ path: String, _ bearer: String?) throws -> Int {
            try HTTPClient(port: backend.port, token: bearer).send("GET", path).status
        }
        let refused = try HTTPClient(port: backend.port).send("GET", "/metrics")
        #expect(refused.status == 401 && refused.field("WWW-Authenticate") == "Bearer")
        #expect(try status("/metrics", "another key") == 401)
        #expect(try status("/metrics", "a key of some length") == 200)
        #expect(try status("/health", nil) == 200)
    }
}

extension String {
    /// The first range of a text behind another one.
    fileprivate func firstRange(of text: String, after word: String) -> Range<Index>? {
        firstRange(of: word).flatMap { self[$0.upperBound...].firstRange(of: text) }
    }
}
