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

    /// A unique of it that was made again is an index, which keeps its name when the column gets
    /// another.
    @Test(arguments: Engine.installed)
    func `a unique comes again whatever it was called`(engine: Engine) throws {
        let there = try ChangePlace(engine)
        defer { there.close() }
        for (name, former, value) in [
            ("c", "", "upper(a)"), ("c", "", "lower(a)"), ("d", "c", "lower(a)"),
            ("d", "c", "trim(a)"),
        ] {
            let renamed = former.isEmpty ? "" : #", "renamedFrom": "\#(former)""#
            let models = try catalogue([
                (
                    "models/things.json",
                    #"""
                    {"properties": {"id": {"type": "integer"}, "a": {"type": "string"},
                     "\#(name)": {"type": "string", "computed": "\#(value)"\#(renamed)}},
                     "unique": [["a", "\#(name)"]]}
                    """#
                )
            ])
            try there.make(models)
            try there.expectSame(as: there.declared(models))
        }
    }
}
