import PostgresTestSupport
import Server
import ServerTestSupport
import TestSupport
import Testing

/// Rows of models with computed columns, on their way out of a project and into one.
@Suite(.timeLimit(.minutes(10))) struct ComputedRowsTests {
    private static let models = [
        "lines": """
        {"properties": {"id": {"type": "integer"}, "item": {"type": "string"},
         "look": {"type": "string", "computed": "lower(item)"}, "count": {"type": "integer"},
         "twice": {"type": "integer", "computed": "count * 2"},
         "day": {"type": "string", "format": "date"},
         "tag": {"type": "string", "computed": "day::text || '!'"}},
         "required": ["item", "look"], "indexes": [{"on": ["look"]}], "access": {"read": true}}
        """
    ]
    private static let rows = #"""
        [{"id":1,"item":"Tea","count":3,"day":"2026-11-29"},{"id":2,"item":"Ink","count":null,"day":null}]
        """#
    private static let shown =
        #"[{"id":1,"look":"tea","twice":6,"tag":"2026-11-29!"},"#
        + #"{"id":2,"look":"ink","twice":null,"tag":null}]"#

    private static func server() throws -> TestBackend {
        let server = try TestBackend(models: models)
        #expect(try server.serviceClient().send("POST", "/rest/v1/lines", rows).status == 201)
        return server
    }

    private static func read(_ server: TestBackend) throws -> String {
        let target = "/rest/v1/lines?select=id,look,twice,tag&order=id"
        return try server.serviceClient().send("GET", target).text
    }

    @Test(arguments: ["csv", "json", "ndjson"])
    func `an export loads again, and the load says what it leaves out`(form: String) throws {
        let server = try Self.server()
        let file = server.project.path + "/rows." + form
        #expect(try server.project.run(["export", "lines", file]).code == 0)
        let text = try server.project.text("rows." + form)
        #expect(text.contains("tea") && text.contains("2026-11-29!"), "\(text)")
        for merges in [[], ["--on-conflict", "merge"]] {
            let other = try merges.isEmpty ? TestBackend(models: Self.models) : Self.server()
            let loaded = try other.project.run(
                ["import", "lines", file, "--url", "http://127.0.0.1:\(other.port)"] + merges)
            #expect(loaded.code == 0, "\(loaded.lines)")
            #expect(
                loaded.lines.contains("lines: look, tag, twice computed again, whatever the file says"),
                "\(loaded.lines)")
            #expect(try Self.read(other) == Self.shown)
        }
    }

    @Test(.needsPostgres) func `a project leaves with its computed columns and comes back`() throws {
        let server = try Self.server()
        let database = try PostgresExportTests.exported(server)
        let client = try database.client()
        let found = try client.value(
            "SELECT string_agg(look || coalesce(twice, 0) || coalesce(tag, '-'), ' ' ORDER BY id) "
                + "FROM public.lines")
        #expect(found == "tea62026-11-29! ink0-")
        #expect(throws: (any Error).self) { try client.execute("UPDATE public.lines SET look = 'x'") }
        let project = try TestProject(models: [:])
        let taken = try project.run(["import", "postgres", database.url])
        #expect(taken.code == 0, "\(taken.lines)")
        let model = try project.text("Schemas/models/lines.json")
        #expect(model.contains(#""computed": "count * 2""#), "\(model)")
    }
}
