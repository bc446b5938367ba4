import Diagnostics
import PostgresTestSupport
import TestSupport
import Testing

@testable import Schema

/// What somebody does by hand to computed columns is seen.
@Suite(.blocking) struct ComputedHandworkTests {
    private static let model = """
        {"properties": {"id": {"type": "integer"}, "a": {"type": "string"},
         "c": {"type": "string", "computed": "upper(a)"}}}
        """

    /// What is done to the column, and what is said of it then.
    static let cases: [(column: String?, item: String)] = [
        ("c text GENERATED ALWAYS AS (lower(a)) STORED", "what is computed for things.c"),
        ("c text", "things.c, which is computed from now on"),
        (nil, "column things.c"),
    ]

    @Test(arguments: cases.indices, Engine.installed)
    func `a difference is found and undone`(place: Int, engine: Engine) throws {
        let there = try ChangePlace(engine)
        defer { there.close() }
        let models = try catalogue([("models/things.json", Self.model)])
        try there.make(models)
        try there.run("INSERT INTO things (id, a) VALUES (1, 'x')")
        try there.run("ALTER TABLE things DROP COLUMN c")
        if let column = Self.cases[place].column {
            let text = engine == .sqlite ? column.replacing("STORED", with: "VIRTUAL") : column
            try there.run("ALTER TABLE things ADD COLUMN \(text)")
        }
        let declared = try there.declared(models)
        let difference = Difference.between(try there.structure(), declared)
        #expect(
            difference.items.contains { "\($0)".contains(Self.cases[place].item) },
            "\(difference.items)")
        try there.migrator().apply(difference)
        #expect(Difference.between(try there.structure(), declared).items == [])
        #expect(try there.value("SELECT c FROM things") == "X")
    }
}
