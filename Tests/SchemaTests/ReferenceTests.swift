import Diagnostics
import PostgresTestSupport
import Store
import TestSupport
import Testing
import Values

@testable import Schema

/// References of several columns, names of references, and references in circles.
@Suite(.blocking) struct ReferenceTests {
    private static let orders = (
        "models/orders.json",
        #"""
        {"properties": {"tenant": {"type": "integer"}, "id": {"type": "integer"}, "n": \#
        {"type": "string"}}, "required": ["tenant", "id"], "primaryKey": ["tenant", "id"]}
        """#
    )

    /// The words of one reference, and the fault that it has in `lines`.
    static let faults: [(String, String)] = [
        (#""columns": ["t", "o"]"#, #"137: a reference of a model needs "model""#),
        (#""model": "orders""#, #"137: a reference of a model needs "columns""#),
        (
            #""columns": ["t", "oo"], "model": "orders""#,
            #"155: "references" names "oo", which the model does not have; did you mean "o"?"#
        ),
        (
            #""columns": ["t"], "model": "orders""#,
            #"""
            165: the key of "orders" has 2 columns and a reference is one column: name a unique \#
            column of it with "column", or give it a key of one column
            """#
        ),
        (
            #""columns": ["t", "o"], "model": "orders", "to": ["id"]"#,
            #"186: "to" names 1 columns and "columns" 2"#
        ),
        (
            #""columns": ["t", "o"], "model": "orders", "to": ["tenant", "n"]"#,
            #"""
            186: "tenant", "n" of "orders" are not unique together: a reference needs a key; add \#
            ["tenant", "n"] to the "unique" of "orders"
            """#
        ),
        (
            #""columns": ["t", "s"], "model": "orders""#,
            #"137: "s" is text but "orders.id" is int8: the types must be the same"#
        ),
        (
            #""columns": ["t", "o"], "model": "orders", "onDelete": "setNull""#,
            #"""
            192: onDelete "setNull" needs a column that may be null, and "t" is required
            """#
        ),
        (
            #""columns": ["t", "o"], "model": "orders", "name": "lines_pkey""#,
            #"188: the name "lines_pkey" is already taken by a constraint of "lines""#
        ),
    ]

    @Test(arguments: faults)
    func `a reference of several columns that cannot hold is told with its place`(
        _ words: String, _ expected: String
    ) {
        let lines = diagnostics([
            Self.orders,
            (
                "models/lines.json",
                #"""
                {"properties": {"id": {"type": "integer"}, "t": {"type": "integer"}, "o": \#
                {"type": "integer"}, "s": {"type": "string"}}, "references": [{\#(words)}], \#
                "required": ["t"]}
                """#
            ),
        ])
        #expect(lines == ["models/lines.json:1:\(expected)"])
    }

    @Test func `what columns refer to is said once`() {
        let lines = diagnostics([
            ("models/a.json", #"{"properties": {"id": {"type": "integer"}}}"#),
            (
                "models/b.json",
                #"""
                {"properties": {"id": {"type": "integer"}, "a": {"type": "integer", "references": \#
                {"model": "a"}}}, "references": [{"columns": ["a"], "model": "b"}]}
                """#
            ),
        ])
        #expect(
            lines == ["models/b.json:1:116: what these columns refer to is already said"])
    }

    private static func side(_ other: String, isRequired: Bool) -> String {
        #"""
        {"properties": {"id": {"type": "integer"}, "n": {"type": "integer", "references": \#
        {"model": "\#(other)"}}}, "required": [\#(isRequired ? #""n""# : "")], "access": {}}
        """#
    }

    @Test func `a circle of required references is warned of`() throws {
        func warnings(_ isRequired: Bool) throws -> [String] {
            try catalogue([
                ("models/a.json", Self.side("b", isRequired: true)),
                ("models/b.json", Self.side("a", isRequired: isRequired)),
            ]).warnings.map(\.description)
        }
        #expect(try warnings(false) == [])
        #expect(
            try warnings(true) == [
                #"""
                models/a.json:1:44: "a.n", "b.n" are required and refer in a circle: no request \#
                can write a first row; seeds and migrations can, whose rows are judged together
                """#
            ])
    }

    @Test(arguments: Engine.installed)
    func `seeds are planted whose rows refer in a circle`(engine: Engine) throws {
        let place = try ChangePlace(engine)
        defer { place.close() }
        let seeded = try catalogue([
            ("models/a.json", Self.side("b", isRequired: true)),
            ("models/b.json", Self.side("a", isRequired: true)),
            ("seeds/s.json", #"{"a": [{"id": 1, "n": 2}], "b": [{"id": 2, "n": 1}]}"#),
        ])
        try place.make(seeded)
        try place.expectSame(as: place.declared(seeded))
        let planting = try seeded.plantSeeds(in: place.target) { _, _ throws(Problem) in .null }
        #expect(planting.added == 2)
        #expect(throws: (any Error).self) { try place.run("INSERT INTO a (id, n) VALUES (3, 9)") }
    }

    @Test(.needsPostgres) func `a constraint has the name that the model gives it`() throws {
        let place = try ChangePlace(.postgres)
        for name in ["order of line", "order_line"] {
            let models = try catalogue([
                Self.orders,
                (
                    "models/lines.json",
                    #"""
                    {"properties": {"id": {"type": "integer"}, "t": {"type": "integer"}, "o": \#
                    {"type": "integer"}}, "references": [{"columns": ["t", "o"], "model": \#
                    "orders", "name": "\#(name)"}]}
                    """#
                ),
            ])
            try place.make(models)
            #expect(
                try place.value("SELECT conname FROM pg_constraint WHERE contype = 'f'") == name)
        }
    }
}
