import PostgresTestSupport
import Server
import ServerTestSupport
import TestSupport
import Testing

/// Projects with views: what commands and starts make of them.
@Suite(.timeLimit(.minutes(10))) struct ViewProjectTests {
    static let totals = """
        {"view": "totals.sql", "properties": {"text": {"type": "string"}, "n": {"type": "integer"},
         "price": {"type": "string", "format": "decimal", "precision": 9, "scale": 2}},
         "access": {"read": true}}
        """
    static let notes = """
        {"softDelete": true, "properties": {"id": {"type": "integer"}, "text": {"type": "string"},
         "price": {"type": "string", "format": "decimal", "precision": 9, "scale": 2},
         "cost": {"type": "string", "format": "decimal", "precision": 9, "scale": 3}},
         "access": {"all": true}}
        """
    static let select = "SELECT text, count(*) AS n, sum(price) AS price FROM notes GROUP BY text"

    private static func project(_ select: String) throws -> TestProject {
        try TestProject(models: ["notes": notes, "totals": totals, "totals.sql": select])
    }

    // MARK: What the engine says

    struct Fault: Sendable, CustomTestStringConvertible {
        let select: String
        /// What is told, on each engine; nil where it cannot tell before there are rows.
        let sqlite: String?
        let postgres: String?
        var testDescription: String { select }

        init(_ select: String, sqlite: String?, postgres: String?) {
            (self.select, self.sqlite, self.postgres) = (select, sqlite, postgres)
        }

        init(_ select: String, _ both: String) { self.init(select, sqlite: both, postgres: both) }
    }

    static let faults = [
        Fault(
            "SELECT text, 1 AS n,\n  prise AS price FROM notes",
            sqlite: "totals.sql:2:3: no such column: prise",
            postgres: "totals.sql:2:3: column \"prise\" does not exist"),
        Fault(
            "/* é */ SELECT text, 1 AS n, price FROM notes JOIN others ON true",
            sqlite: "totals.sql:1:52: no such table: others",
            postgres: "totals.sql:1:52: relation \"others\" does not exist"),
        Fault(
            "SELECT text, 1 AS n, price FROM notes WHERE (",
            "totals.sql:1:1: a parenthesis is not closed"),
        Fault(
            "SELECT text, 1 AS n, price, id FROM notes",
            "totals.sql:1:29: the column \"id\" is no property of \"totals\""),
        Fault(
            "SELECT text, 1 AS count, price FROM notes",
            "totals.json:1:67: the SELECT of Schemas/models/totals.sql has no column \"n\""),
        Fault(
            "SELECT text, text AS n, price FROM notes",
            "totals.json:1:67: \"n\" is text in the SELECT of Schemas/models/totals.sql, and int8 here"
        ),
        Fault(
            "SELECT text, 1 AS n, cost AS price FROM notes",
            sqlite: "\"price\" is numeric(9,3) in the SELECT", postgres: nil),
        Fault(
            "SELECT text, 1 AS n, max(text) AS price FROM notes GROUP BY text", sqlite: nil,
            postgres: "\"price\" is text in the SELECT"),
        Fault(
            "SELECT text, 1 AS n, price FROM notes WHERE id = $1",
            sqlite: "a view has no parameters", postgres: "there is no parameter $1"),
        Fault(
            "WITH gone AS (DELETE FROM notes RETURNING *) SELECT text, 1 AS n, price FROM gone",
            sqlite: "syntax error", postgres: "must be at the top level"),
    ]

    @Test(arguments: faults) func `faults of a SELECT are told`(fault: Fault) throws {
        let project = try Self.project(fault.select)
        let found = try withExtendedLifetime(project) {
            SchemaCheck.run(try project.options()).faults
        }
        guard let told = TestEngine.isPostgres ? fault.postgres : fault.sqlite else {
            return #expect(!found.contains { $0.contains("totals") }, "\(found)")
        }
        #expect(found.first?.contains(told) == true, "\(found)")
    }

    @Test func `a view of a faulty view is not told of, too`() throws {
        let project = try Self.project("SELECT text, 1 AS n, missing AS price FROM notes")
        try project.write(
            Self.totals.replacing("totals.sql", with: "best.sql"), to: "Schemas/models/best.json")
        try project.write("SELECT * FROM totals", to: "Schemas/models/best.sql")
        let found = try withExtendedLifetime(project) {
            SchemaCheck.run(try project.options()).faults
        }
        #expect(found.count == 1 && found[0].contains("totals.sql:1:22: "), "\(found)")
    }

    // MARK: Migrations

    /// What only works where the database has no such table or view.
    private static let trial = "CREATE TABLE totals (n integer); DROP TABLE totals"

    @Test func `migrations build no views, and another SELECT needs none`() throws {
        let project = try FilesOnDisk(models: [
            "notes": Self.notes, "totals": Self.totals, "totals.sql": Self.select,
        ])
        try project.record()
        #expect(SchemaCheck.run(try project.options).faults == [])
        let backend = try Backend.start(project.options, mode: .production(migrate: true))
        backend.stop()
        #expect(throws: Never.self) { try project.execute(Self.trial) }
        try project.view("totals", Self.select + " HAVING count(*) > 1")
        #expect(SchemaCheck.run(try project.options).faults == [])
        try project.view("totals", "SELECT nothing")
        let refusal = #expect(throws: (any Error).self) {
            try Backend.start(project.options, mode: .production(migrate: false)).stop()
        }
        #expect(FaultReport(try #require(refusal)).faults.contains { $0.contains("totals.sql:1:") })
    }

    @Test func `a table that becomes a view is dropped, as any`() throws {
        let project = try FilesOnDisk(models: ["notes": Self.notes, "totals": Self.notes])
        try project.record()
        try project.model("totals", Self.totals)
        try project.view("totals", Self.select)
        let found = SchemaCheck.run(try project.options).faults
        #expect(found.count == 1 && found[0].contains("drop of table totals"), "\(found)")
    }

    // MARK: Development

    @Test func `a save of the SELECT is taken`() throws {
        let project = try DevelopedProject { project in
            try project.write(Self.notes, to: "Schemas/models/notes.json")
            try project.write(Self.totals, to: "Schemas/models/totals.json")
            try project.write(Self.select, to: "Schemas/models/totals.sql")
        }
        try project.save("models/totals.sql", "SELECT text, 2 AS n, price FROM notes")
        #expect(project.nextLine() == "took models/totals.sql")
        try project.save("models/totals.sql", "SELECT text, 2 AS n, price FROM note")
        #expect(
            project.nextLine()
                == "warning: not taken: models/totals.sql; \(DevelopedProject.goesOn)")
        #expect(project.command.nextLine()?.contains("totals.sql:1:33: ") == true)
    }

    // MARK: Rows in files

    @Test func `rows are neither exported with those of tables nor imported`() throws {
        let project = try TestProject(models: [
            "notes": Self.notes, "totals": Self.totals, "totals.sql": Self.select,
        ])
        let server = try Backend.start(try project.options(), mode: .development)
        defer { server.stop() }
        let all = try project.run(["export", "--all", project.path + "/out"])
        #expect(all.code == 0, "\(all.lines)")
        #expect(throws: (any Error).self) { try project.text("out/totals.ndjson") }
        try project.write("text,n\na,1\n", to: "rows.csv")
        let refused = try project.run(["import", "totals", project.path + "/rows.csv"])
        #expect(refused.code != 0)
        #expect(refused.lines.contains { $0.contains("'totals' is a view") }, "\(refused.lines)")
    }
}
