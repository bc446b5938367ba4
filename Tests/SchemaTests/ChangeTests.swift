import Diagnostics
import PostgresTestSupport
import Store
import StorePostgres
import StorePostgresTestSupport
import StoreSQLite
import TestSupport
import Testing

@testable import Schema

/// Models that change while rows are there: on each engine, by `apus dev` at once and by the file
/// that is written. What is there then is what a database made afresh would be, and no row is lost.
@Suite(.blocking) struct ChangeTests {
    /// A change of models.
    struct Change: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let before: [(String, String)]
        let after: [(String, String)]
        /// What fills the tables before.
        let rows: String
        /// A query of one value, and what it finds afterwards.
        let query: String
        /// With bars between what engines print otherwise.
        let found: String
        /// What is said where the rows are in the way.
        var refusal: String?

        init(
            _ description: String, _ before: String, _ after: String, rows: String = Self.things,
            _ query: String, _ found: String, refused refusal: String? = nil
        ) {
            self.init(
                description, [("models/things.json", before)], [("models/things.json", after)],
                rows: rows, query, found, refused: refusal)
        }

        init(
            _ description: String, _ before: [(String, String)], _ after: [(String, String)],
            rows: String, _ query: String, _ found: String, refused refusal: String? = nil
        ) {
            testDescription = description
            self.before = before
            self.after = after
            self.rows = rows
            self.query = query
            self.found = found
            self.refusal = refusal
        }

        func isFound(_ value: String?) -> Bool {
            found.split(separator: "|").contains { $0 == value ?? "" }
        }

        static let things = "INSERT INTO things (id, a) VALUES (1, 'x'), (2, 'y'), (3, NULL)"
    }

    /// A model of `id` and `a`, and what else is said.
    private static func model(
        _ a: String, required: [String] = [], more: String = "", rest: String = ""
    ) -> String {
        let names = required.map { "\"\($0)\"" }.joined(separator: ", ")
        return """
            {"properties": {"id": {"type": "integer"}\(a.isEmpty ? "" : ", \"a\": {\(a)}")\(more)}, \
            "required": [\(names)]\(rest)}
            """
    }

    private static let text = #""type": "string""#
    private static let plain = model(text)

    static let changes: [Change] = [
        Change("nothing but a new column", plain, model(text, more: #", "b": {"type": "integer"}"#),
            "SELECT count(*) FROM things WHERE b IS NULL", "3"),
        Change(
            "an enum", plain, model(text + #", "enum": ["x", "y"]"#),
            "SELECT count(*) FROM things", "3"),
        Change(
            "an enum that rows break", plain, model(text + #", "enum": ["x"]"#),
            "SELECT count(*) FROM things", "3", refused: "(2, 'y')"),
        Change(
            "one more value of an enum", model(text + #", "enum": ["x", "y"]"#),
            model(text + #", "enum": ["x", "y", "z"]"#),
            "SELECT count(*) FROM things", "3"),
        Change(
            "a longer text", model(text + #", "maxLength": 1"#), model(text + #", "maxLength": 9"#),
            "SELECT count(*) FROM things", "3"),
        Change(
            "no length any more", model(text + #", "maxLength": 1"#), plain,
            "SELECT count(*) FROM things", "3"),
        Change(
            "a default", plain, model(text + #", "default": "it's""#),
            "SELECT count(*) FROM things WHERE a IS NULL", "1"),
        Change(
            "a column that becomes required", plain, model(text, required: ["a"]),
            rows: "INSERT INTO things (id, a) VALUES (1, 'x')",
            "SELECT count(*) FROM things", "1"),
        Change(
            "a column that becomes required, without values", plain, model(text, required: ["a"]),
            "SELECT count(*) FROM things", "3", refused: "(3)"),
        Change(
            "a column that is no more required", model(text, required: ["a"]), plain,
            rows: "INSERT INTO things (id, a) VALUES (1, 'x')",
            "SELECT count(*) FROM things", "1"),
        Change(
            "a new column that is required and has a default", plain,
            model(text, required: ["b"], more: #", "b": {"type": "integer", "default": 7}"#),
            "SELECT sum(b) FROM things", "21"),
        Change(
            "a new column whose default is computed", plain,
            model(
                text, required: ["b", "c"],
                more: #"""
                    , "b": {"type": "string", "format": "uuid", "default": {"$expr": "uuidv7()"}}, \#
                    "c": {"type": "string", "format": "date-time", "default": {"$expr": "now()"}}
                    """#), "SELECT count(DISTINCT b) FROM things WHERE c IS NOT NULL", "3"),
        Change(
            "a new column that is required, and rows that would have none", plain,
            model(text, required: ["b"], more: #", "b": {"type": "integer"}"#),
            "SELECT count(*) FROM things", "3", refused: "there are rows"),
        Change(
            "a new column that is required, and no rows", plain,
            model(text, required: ["b"], more: #", "b": {"type": "integer"}"#),
            rows: "SELECT 1", "SELECT count(*) FROM things", "0"),
        Change(
            "a check", plain, model(text, rest: #", "checks": {"short": "length(a) < 9"}"#),
            "SELECT count(*) FROM things", "3"),
        Change(
            "a check that rows break", plain,
            model(text, rest: #", "checks": {"is_x": "a = 'x'"}"#),
            "SELECT count(*) FROM things", "3", refused: "(2)"),
        Change(
            "another check", model(text, rest: #", "checks": {"short": "length(a) < 9"}"#),
            model(text, rest: #", "checks": {"short": "length(a) < 5"}"#),
            "SELECT count(*) FROM things", "3"),
        Change(
            "a unique column", plain, model(text, rest: #", "unique": [["a"]]"#),
            "SELECT count(*) FROM things", "3"),
        Change(
            "a unique column whose values are not", plain,
            model(text, rest: #", "unique": [["a"]]"#),
            rows: "INSERT INTO things (id, a) VALUES (1, 'x'), (2, 'x')",
            "SELECT count(*) FROM things", "2", refused: "('x', "),
        Change(
            "a column that is unique no more", model(text, rest: #", "unique": [["a"]]"#), plain,
            "SELECT count(*) FROM things", "3"),
        Change(
            "an index", plain, model(text, rest: #", "indexes": [{"on": ["a desc"]}]"#),
            "SELECT count(*) FROM things", "3"),
        Change(
            "another index",
            model(text, rest: #", "indexes": [{"on": ["a desc"], "name": "i"}]"#),
            model(text, rest: #", "indexes": [{"on": ["a"], "name": "i", "where": "a <> 'q'"}]"#),
            "SELECT count(*) FROM things", "3"),
        Change(
            "another primary key", model(text, required: ["a"]),
            model(text, required: ["a"], rest: #", "primaryKey": ["a"]"#),
            rows: "INSERT INTO things (id, a) VALUES (1, 'x'), (2, 'y')",
            "SELECT count(*) FROM things", "2"),
        Change(
            "a renamed column",
            model(text + #", "maxLength": 5"#, rest: #", "indexes": [{"on": ["a"]}]"#),
            model(
                "", more: #", "b": {"type": "string", "maxLength": 5, "renamedFrom": "a"}"#,
                rest: #", "indexes": [{"on": ["b"]}]"#),
            "SELECT count(b) FROM things", "2"),
        Change(
            "a renamed column that is changed too", plain,
            model(
                "", required: ["b"],
                more: #", "b": {"type": "string", "maxLength": 5, "renamedFrom": "a"}"#),
            rows: "INSERT INTO things (id, a) VALUES (1, 'x')",
            "SELECT b FROM things", "x"),
        Change(
            "a dropped column", plain, model(""), "SELECT count(*) FROM things", "3"),
        Change(
            "a dropped column with a check, an index and a unique",
            model(
                text, rest: #"""
                    , "checks": {"short": "length(a) < 9"}, "indexes": [{"on": ["a", "id"]}], \#
                    "unique": [["a"]]
                    """#), model(""), "SELECT count(*) FROM things", "3"),
    ]

    /// What texts are in other types: SQLite's way through a function, PostgreSQL's by casts.
    static let conversions: [Change] = [
        conversion("text to integer", text, #""type": "integer""#, "'12'", "12"),
        conversion("no integer", text, #""type": "integer""#, "'x'", nil),
        conversion("integer to text", #""type": "integer""#, text, "-7", "-7"),
        conversion("boolean to text", #""type": "boolean""#, text, "true", "true|1"),
        conversion("boolean to integer", #""type": "boolean""#, #""type": "integer""#, "true", "1"),
        conversion("text to boolean", text, #""type": "boolean""#, "'yes'", "1|t"),
        conversion("integer to number", #""type": "integer""#, #""type": "number""#, "3", "3|3.0"),
        conversion("number to integer", #""type": "number""#, #""type": "integer""#, "3", "3"),
        conversion("a number with a fraction", #""type": "number""#, #""type": "integer""#, "3.5", nil),
        conversion(
            "integer to int32", #""type": "integer""#, #""type": "integer", "format": "int32""#,
            "5", "5"),
        conversion(
            "an integer beyond int32", #""type": "integer""#,
            #""type": "integer", "format": "int32""#, "5000000000", nil),
        conversion("text to uuid", text, #""type": "string", "format": "uuid""#, "'\(uuid)'", uuid),
        conversion("text to a date", text, #""type": "string", "format": "date""#, "'2026-11-28'",
            "2026-11-28"),
        conversion("no date", text, #""type": "string", "format": "date""#, "'2026-13-28'", nil),
        conversion(
            "text to a decimal", text, decimal(12, 2), "'1.5'", "150|1.50"),
        conversion("a decimal with more digits", text, decimal(12, 2), "'1.555'", nil),
        conversion("text to JSON", text, #""description": "any""#, "'x'", #""x""#),
        conversion("JSON to text", #""description": "any""#, text, #"'"x"'"#, "x"),
        conversion("JSON to integer", #""description": "any""#, #""type": "integer""#, "'7'", "7"),
        conversion(
            "a day to a moment", #""type": "string", "format": "date""#,
            #""type": "string", "format": "date-time""#, "'2026-11-28'",
            "2026-11-28T00:00:00+00:00|2026-11-28 00:00:00+00"),
    ]

    private static let uuid = "00000000-0000-4000-8000-000000000001"

    private static func decimal(_ precision: Int, _ scale: Int) -> String {
        #""type": "string", "format": "decimal", "precision": \#(precision), "scale": \#(scale)"#
    }

    /// - Parameter found: nil where the value is none of the other type.
    private static func conversion(
        _ description: String, _ before: String, _ after: String, _ value: String, _ found: String?
    ) -> Change {
        Change(
            description, model(before), model(after),
            rows: "INSERT INTO things (id, a) VALUES (1, \(value))",
            found == nil ? "SELECT count(*) FROM things" : "SELECT a FROM things", found ?? "1",
            refused: found == nil ? "(1, " : nil)
    }

    // MARK: Several tables

    private static let rooms = (
        "models/rooms.json",
        #"{"properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}"#
    )
    private static let members = (
        "models/members.json",
        #"""
        {"properties": {"id": {"type": "integer"}, "room_id": {"type": "integer", "references": \#
        {"model": "rooms", "onDelete": "cascade"}}}, "required": ["room_id"]}
        """#
    )
    private static let filled = """
        INSERT INTO rooms (id, name) VALUES (1, 'a'), (2, 'b');
        INSERT INTO members (id, room_id) VALUES (1, 1), (2, 1), (3, 2)
        """

    private static func halls(_ name: String) -> [(String, String)] {
        [
            (
                "models/halls.json",
                rooms.1.replacing("\"properties\"", with: #""renamedFrom": "rooms", "properties""#)
                    .replacing(#""name": {"type": "string"}"#, with: name)
            ),
            (members.0, members.1.replacing("\"rooms\"", with: "\"halls\"")),
        ]
    }

    static let families: [Change] = [
        Change(
            "a table to which others refer is made anew",
            [rooms, members],
            [(rooms.0, rooms.1.replacing(#""type": "string""#, with: #""type": "string", "maxLength": 3"#)), members],
            rows: filled, "SELECT count(*) FROM members", "3"),
        Change(
            "another action of a reference", [rooms, members],
            [rooms, (members.0, members.1.replacing("cascade", with: "restrict"))],
            rows: filled, "SELECT count(*) FROM members", "3"),
        Change(
            "a reference that is new", [rooms, (members.0, reference(nil))], [rooms, members],
            rows: filled, "SELECT count(*) FROM members", "3"),
        Change(
            "a reference that rows break", [rooms, (members.0, reference(nil))], [rooms, members],
            rows: filled + "; INSERT INTO members (id, room_id) VALUES (4, 9)",
            "SELECT count(*) FROM members", "4", refused: "(4, 9)"),
        Change(
            "a reference that goes", [rooms, members], [rooms, (members.0, reference(nil))],
            rows: filled, "SELECT count(*) FROM members", "3"),
        Change(
            "a model that goes, and what referred to it", [rooms, members],
            [(members.0, reference(nil))], rows: filled, "SELECT count(*) FROM members", "3"),
        Change(
            "two models that go", [rooms, members], [("models/things.json", plain)], rows: filled,
            "SELECT count(*) FROM things", "0"),
        Change(
            "a renamed model", [rooms, members], halls(#""name": {"type": "string"}"#),
            rows: filled, "SELECT count(*) FROM halls JOIN members ON room_id = halls.id", "3"),
        Change(
            "a renamed model with a renamed and changed column", [rooms, members],
            halls(#""title": {"type": "string", "maxLength": 5, "renamedFrom": "name"}"#),
            rows: filled, "SELECT count(title) FROM halls", "2"),
        Change(
            "a model that refers to itself",
            [("models/nodes.json", nodes(""))],
            [("models/nodes.json", nodes(#", "label": {"type": "string"}"#, text + #", "maxLength": 7"#))],
            rows: """
                INSERT INTO nodes (id, parent, a) VALUES (1, NULL, 'r');
                INSERT INTO nodes (id, parent, a) VALUES (2, 1, 'c')
                """,
            "SELECT count(*) FROM nodes WHERE parent = 1", "1"),
    ]

    private static func nodes(_ more: String, _ a: String = text) -> String {
        #"""
        {"properties": {"id": {"type": "integer"}, "parent": {"type": "integer", "references": \#
        {"model": "nodes", "onDelete": "cascade"}}, "a": {\#(a)}\#(more)}}
        """#
    }

    private static func reference(_ words: String?) -> String {
        #"""
        {"properties": {"id": {"type": "integer"}, "room_id": {"type": "integer"\#(words ?? "")}}, \#
        "required": ["room_id"]}
        """#
    }

    private static let all =
        changes + conversions + families + hard + references + keyless + computed
        + FoundChanges.changes
    private static let computed = ComputedChanges.changes

    @Test(arguments: all, Engine.installed)
    func `dev makes a change at once, or lists what is in the way`(
        change: Change, engine: Engine
    ) throws {
        let place = try ChangePlace(engine)
        defer { place.close() }
        try place.make(catalogue(change.before))
        try place.run(change.rows)
        let live = try place.structure()
        let declared = try place.declared(catalogue(change.after))
        let difference = Difference.between(live, declared)
        #expect(difference.refusals == [])
        do throws(Problem) {
            try place.migrator().apply(difference)
        } catch {
            let refusal = try #require(change.refusal, "\(error.message)")
            #expect(error.message.contains(refusal), "\(error.message)")
            #expect(try place.structure() == live)
            #expect(try change.isFound(place.value(change.query)))
            return
        }
        #expect(change.refusal == nil)
        #expect(Difference.between(try place.structure(), declared).items == [])
        try place.expectSame(as: declared)
        #expect(try change.isFound(place.value(change.query)))
    }

    @Test(arguments: all, Engine.installed)
    func `a file makes a change, on a fresh checkout too`(
        change: Change, engine: Engine
    ) throws {
        let place = try ChangePlace(engine)
        defer { place.close() }
        var set = try place.extended(place.emptySet, catalogue(change.before))
        _ = try place.migrator(set).apply(at: MigrationTests.now)
        try place.run(change.rows)
        let live = try place.structure()
        set = try place.extended(set, catalogue(change.after))
        let declared = try place.declared(catalogue(change.after))
        let built = try DryRun(set, on: place.target).built
        #expect(Difference.between(built, from: .migrations, declared).items == [])
        do throws(Problem) {
            _ = try place.migrator(set).apply(at: MigrationTests.now)
            #expect(change.refusal == nil)
        } catch {
            let refusal = try #require(change.refusal, "\(error.message)")
            #expect(error.message.contains(refusal), "\(error.message)")
            if engine == .sqlite { #expect(try place.structure() == live) }
            #expect(try change.isFound(place.value(change.query)))
            return
        }
        #expect(try place.structure() == built)
        #expect(try change.isFound(place.value(change.query)))
    }

    @Test(arguments: changes + families + hard + references + keyless + computed, Engine.installed)
    func `a change that dev has made is taken over by the file that is written for it`(
        change: Change, engine: Engine
    ) throws {
        if change.refusal != nil { return }
        let place = try ChangePlace(engine)
        defer { place.close() }
        var set = try place.extended(place.emptySet, catalogue(change.before))
        _ = try place.migrator(set).apply(at: MigrationTests.now)
        try place.run(change.rows)
        let declared = try place.declared(catalogue(change.after))
        try place.migrator(set).apply(Difference.between(try place.structure(), declared))
        let live = try place.structure()
        set = try place.extended(set, catalogue(change.after))
        #expect(try place.migrator(set).apply(at: MigrationTests.now).count == 1)
        #expect(try place.structure() == live)
        #expect(try change.isFound(place.value(change.query)))
    }
}
