import Diagnostics
import Store
import StoreSQLite
import Testing
import Values

@testable import Schema

@Suite struct SeedTests {
    static let model = (
        "models/things.json",
        #"""
        {"properties": {"name": {"type": "string", "maxLength": 4}, "n": {"type": \#
        "integer", "default": 7}, "at": {"type": "string", "format": "date-time", \#
        "default": {"$expr": "now()"}}}, "required": ["name", "n", "at"]}
        """#
    )
    static let id = "01900000-0000-7000-8000-000000000001"

    /// A row, and the fault it has.
    static let faults: [(String, String)] = [
        (
            #"{"id": "\#(id)", "nam": "a", "name": "a"}"#,
            #"seeds/demo.json:1:60: the model "things" has no column "nam"; did you mean "name"?"#
        ),
        (#"{"id": "\#(id)"}"#, #"seeds/demo.json:1:13: the row lacks "name", which is required"#),
        (
            #"{"name": "a"}"#,
            #"seeds/demo.json:1:13: a seed row needs its key "id", so that seeding twice adds nothing"#
        ),
        (
            #"{"id": "x", "name": "a"}"#,
            #"seeds/demo.json:1:20: "id": invalid input syntax for type uuid: "x""#
        ),
        (
            #"{"id": "\#(id)", "name": "abcde"}"#,
            "seeds/demo.json:1:68: name must have at most 4 characters"
        ),
        (
            #"{"id": "\#(id)", "name": null}"#,
            #"seeds/demo.json:1:68: "name" is required and may not be null"#
        ),
        ("1", "seeds/demo.json:1:13: a row must be an object"),
    ]

    @Test(arguments: faults)
    func `a row that does not fit is told with its place`(_ row: String, _ expected: String) {
        let lines = diagnostics([Self.model, ("seeds/demo.json", "{\"things\": [\(row)]}")])
        #expect(lines == [expected])
    }

    @Test func `seeding twice adds nothing`() throws {
        let catalogue = try catalogue([
            Self.model, ("seeds/demo.json", #"{"things": [{"id": "\#(Self.id)", "name": "a"}]}"#),
        ])
        let database = try Self.database(of: catalogue)
        defer { database.close() }
        func plant() throws(Problem) -> Planting { try Self.plant(catalogue, in: database) }
        #expect(try plant().added == 1)
        #expect(try plant() == Planting())
    }

    @Test(arguments: [
        (
            #"{"id": 1, "code": "a"}, {"id": 2, "code": "a"}"#,
            #"seeds/demo.json:1:36: two rows of "parts" have the same code"#
        ),
        (
            #"{"id": 1, "whole_id": 7}"#,
            #"the seeds: rows of "parts" refer to rows of "parts" that are not there"#
        ),
    ])
    func `rows that the database refuses are faults of seeds`(rows: String, fault: String) throws {
        let parts = """
            {"properties": {
              "id": {"type": "integer"}, "code": {"type": "string"},
              "whole_id": {"type": "integer", "references": {"model": "parts"}}},
             "unique": [["code"]]}
            """
        let catalogue = try catalogue([
            ("models/parts.json", parts), ("seeds/demo.json", "{\"parts\": [\(rows)]}"),
        ])
        let database = try Self.database(of: catalogue)
        defer { database.close() }
        let problem = #expect(throws: Problem.self) {
            try Self.plant(catalogue, in: database)
        }
        #expect(problem?.code == "seeding_failed")
        #expect(problem?.message == fault)
    }

    private static func database(of catalogue: Catalogue) throws -> SQLiteDatabase {
        let database = try SQLiteDatabase.open(.temporary)
        let difference = try Difference.between(
            DatabaseStructure(statements: []), tables(catalogue))
        try Migrator(database, MigrationSet([])).apply(difference)
        return database
    }

    private static func plant(
        _ catalogue: Catalogue, in database: SQLiteDatabase
    ) throws(Problem) -> Planting {
        try catalogue.plantSeeds(in: database) { _, _ in .text("2026-11-21T10:00:00+00:00") }
    }
}
