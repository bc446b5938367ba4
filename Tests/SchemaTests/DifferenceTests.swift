import Store
import StoreSQLite
import Testing

@testable import Schema

@Suite struct DifferenceTests {
    static let base =
        #"""
        {"properties": {"title": {"type": "string", "maxLength": 9}, "n": {"type": \#
        "integer"}}, "required": ["title"], "indexes": [{"on": ["n"]}], "checks": \#
        {"small": "n < 9"}}
        """#

    static func difference(
        _ after: String, extra: [(String, String)] = [], on engine: Engine
    ) throws -> Difference {
        let files = [("models/things.json", after)] + extra
        return try Difference.between(
            engine.tables(things(base)).wanted.structure, engine.tables(catalogue(files)))
    }

    @Test(arguments: Engine.installed)
    func `the same models make no difference`(engine: Engine) throws {
        #expect(try Self.difference(Self.base, on: engine).isEmpty)
    }

    /// Versions before jsonb's form of numbers declared them as they were written.
    @Test func `a default that is the same JSON makes no difference`() throws {
        let data = #""data": {"type": "object", "default": {"n": 1e6}}"#
        let models = try catalogue([("models/things.json", #"{"properties": {\#(data)}}"#)])
        let statements = try models.models.flatMap { try ddl(of: $0) }
        #expect(statements.joined().contains(#"{"n":1000000}"#))
        for (spelling, isSame) in [("1e6", true), ("1000000.0", true), ("1e7", false)] {
            let older = statements.map { $0.replacing("1000000", with: spelling) }
            let difference = try Difference.between(
                DatabaseStructure(statements: older), tables(models))
            #expect(difference.isEmpty == isSame, "\(spelling)")
        }
    }

    @Test(arguments: ["it's", "\u{301}a", "'\u{301}", "a\u{600}'", "a\u{600}"])
    func `a default with a sign that joins a quotation mark makes no difference`(
        text: String
    ) throws {
        let title = #""title": {"type": "string", "default": "\#(text)"}"#
        let models = try catalogue([("models/things.json", #"{"properties": {\#(title)}}"#)])
        let built = DatabaseStructure(statements: try models.models.flatMap { try ddl(of: $0) })
        #expect(try Difference.between(built, tables(models)).isEmpty)
    }

    @Test(arguments: Engine.installed)
    func `new models, columns, uniques and indexes are added`(engine: Engine) throws {
        let after =
            #"""
            {"properties": {"title": {"type": "string", "maxLength": 9}, "n": {"type": \#
            "integer"}, "user_id": {"type": "string", "format": "uuid", "references": \#
            {"model": "users", "onDelete": "setNull"}}, "done": {"type": "boolean", \#
            "default": false}}, "required": ["title", "done"], "unique": [["title"]], \#
            "indexes": [{"on": ["n"]}, {"on": ["done", "n desc"]}], "checks": {"small": "n \#
            < 9"}}
            """#
        let difference = try Self.difference(
            after, extra: [("models/users.json", #"{"properties": {}}"#)], on: engine)
        #expect(difference.refusals == [])
        #expect(
            difference.items.map(\.description) == [
                "table users", "column things.user_id", "column things.done",
                "unique things_title_key",
                "index things_done_n_idx", "index things_user_id_fkey_idx",
            ])
        #expect(
            difference.steps[1].statements[0].text.contains(
                #"CONSTRAINT "things_user_id_fkey" REFERENCES "users" ("id") ON DELETE SET NULL"#))
    }

    /// A changed model, and what that is told as, in the order of SQLite.
    static let changed: [(after: String, told: [String])] = [
        (
            base.replacing(#""n": {"type": "integer"}"#, with: #""n": {"type": "number"}"#),
            ["change of things.n from integer to number"]
        ),
        (
            base.replacing(
                #""title": {"type": "string", "maxLength": 9}"#,
                with: #""title": {"type": "string", "format": "date"}"#),
            [
                "change of things.title from string to string (date)",
                "change of what the type of things.title asks",
            ]
        ),
        (
            base.replacing(#""maxLength": 9"#, with: #""maxLength": 10"#),
            ["change of the enum, lengths or bounds of things.title"]
        ),
        (
            base.replacing(#", "maxLength": 9"#, with: ""),
            ["change of the enum, lengths or bounds of things.title"]
        ),
        (base.replacing(#"["title"]"#, with: "[]"), ["change of things.title, which is no more required"]),
        (
            base.replacing(#"["title"]"#, with: #"["title", "n"]"#),
            ["change of things.n, which becomes required"]
        ),
        (
            base.replacing("n < 9", with: "n < 8"),
            ["check small of things"]
        ),
        (
            base.replacing(#""n < 9""#, with: #""n < 9", "odd": "n <> 4""#),
            ["check odd of things"]
        ),
        (
            base.replacing(#"{"type": "integer"}"#, with: #"{"type": "integer", "default": 1}"#),
            ["change of the default of things.n from none to 1"]
        ),
        (
            base.replacing(#"{"on": ["n"]}"#, with: #"{"on": ["n desc"], "name": "things_n_idx"}"#),
            ["change of the index things_n_idx", "change of index things_n_idx"]
        ),
        (base.replacing(#"{"on": ["n"]}"#, with: ""), ["drop of index things_n_idx"]),
        (
            base.replacing(#""n": {"#, with: #""m": {"renamedFrom": "n", "#).replacing(
                "\"n\"]", with: "\"m\"]"
            )
            .replacing("n < 9", with: "m < 9"),
            ["rename of column things.n to m", "index things_m_idx", "drop of index things_n_idx"]
        ),
        (
            base.replacing(#""n": {"#, with: #""m": {"renamedFrom": ["k", "n", "j"], "#).replacing(
                "\"n\"]", with: "\"m\"]"
            )
            .replacing("n < 9", with: "m < 9"),
            ["rename of column things.n to m", "index things_m_idx", "drop of index things_n_idx"]
        ),
        (
            #"""
            {"properties": {"title": {"type": "string", "maxLength": 9}, "new": {"type": \#
            "string"}}, "required": ["title", "new"]}
            """#,
            ["column things.new", "drop of column things.n", "drop of index things_n_idx"]
        ),
        (
            #"""
            {"properties": {"key": {"type": "integer"}, "title": {"type": "string", "maxLength": \#
            9}, "n": {"type": "integer"}}, "required": ["title"], "indexes": [{"on": ["n"]}], \#
            "checks": {"small": "n < 9"}, "primaryKey": ["key"]}
            """#,
            [
                "column things.key", "drop of column things.id",
                "change of the primary key of things from (id) to (key)",
            ]
        ),
        (
            base.replacing(#""indexes""#, with: #""unique": [["title"]], "indexes""#),
            ["unique things_title_key"]
        ),
    ]

    @Test(arguments: changed, Engine.installed)
    func `every change has its steps, and is told`(
        _ change: (after: String, told: [String]), _ engine: Engine
    ) throws {
        let difference = try Self.difference(change.after, on: engine)
        #expect(difference.refusals == [])
        let told = difference.items.map(\.description)
        #expect(Set(told).isSuperset(of: change.told), "\(told)")
        #expect(difference.steps.allSatisfy { !$0.statements.isEmpty })
        let losses = change.told.filter { $0.hasPrefix("drop of column") }
        #expect(difference.losses.map(\.description) == losses)
    }

    /// What a column was, what it is declared as now, and how that is told.
    static let retyped: [(before: String, after: String, expected: [String])] = [
        (
            #""type": "boolean", "default": false"#, #""type": "string", "default": "it's""#,
            ["type: boolean, string", #"default: false, "it's""#]
        ),
        (#""type": "boolean""#, #""type": "integer""#, ["type: boolean, integer"]),
        (
            #""type": "boolean", "default": true"#, #""type": "integer", "format": "int32""#,
            ["type: boolean, integer (int32)", "default: true, none"]
        ),
        (
            #""type": "integer""#, #""type": "boolean", "default": true"#,
            ["type: integer, boolean", "default: none, true"]
        ),
        (
            #""type": "string", "enum": ["a", "b"]"#, #""type": "boolean""#,
            ["type: string, boolean"]
        ),
        (
            #""type": "string", "format": "uuid""#, #""type": "string""#,
            ["type: string (uuid), string"]
        ),
        (
            #""type": "string", "format": "date-time""#, #""type": "string", "format": "date""#,
            ["type: string (date-time), string (date)"]
        ),
        (#""type": "object""#, #""type": "array""#, ["type: object, array"]),
        (#""type": "array""#, #""description": "any""#, ["type: array, any JSON value"]),
        (#""description": "any""#, #""type": "string""#, ["type: any JSON value, string"]),
        (
            #""type": "string", "format": "byte""#, #""type": "number", "default": -1.5"#,
            ["type: string (byte), number", "default: none, -1.5"]
        ),
        (
            #""type": "string", "format": "decimal", "precision": 6, "scale": 2, "default": "1.50""#,
            #""type": "string", "format": "decimal", "precision": 8, "scale": 3, "default": "-1.5""#,
            [
                "type: string (decimal, precision 6, scale 2), "
                    + "string (decimal, precision 8, scale 3)",
                "default: 1.50, -1.500",
            ]
        ),
        (
            #""type": "integer", "default": -7, "maximum": 9"#, #""type": "integer", "default": 8"#,
            ["default: -7, 8", "check"]
        ),
    ]

    @Test(arguments: retyped, Engine.installed)
    func `a change of type is told in the words of the model`(
        _ change: (before: String, after: String, expected: [String]), _ engine: Engine
    ) throws {
        let models = try [change.before, change.after].map {
            try things("{\"properties\": {\"a\": {\($0)}}}")
        }
        let difference = try Difference.between(
            engine.tables(models[0]).wanted.structure, engine.tables(models[1]))
        let told = difference.items.map { item -> String in
            for (prefix, noun) in [
                ("the default of things.a from ", "default: "), ("things.a from ", "type: "),
            ] where item.what.hasPrefix(prefix) {
                return noun + item.what.dropFirst(prefix.count).replacing(" to ", with: ", ")
            }
            return item.what.contains("the type of") ? "" : "check"
        }
        #expect(Set(told).subtracting([""]) == Set(change.expected), "\(difference.items)")
    }

    // MARK: Renaming

    /// What became of `n`, and whether it may be that column renamed.
    static let successors: [(columns: String, mayBe: Bool)] = [
        (#""m": {"type": "integer"}"#, true),
        (#""m": {"type": "integer"}, "o": {"type": "boolean"}"#, true),
        (#""m": {"type": "integer", "format": "int32"}"#, false),
        (#""m": {"type": "integer"}, "o": {"type": "integer"}"#, false),
        (#""m": {"type": "integer", "renamedFrom": "o"}"#, false),
    ]

    private static let counted = #"{"properties": {"n": {"type": "integer"}}}"#

    @Test(arguments: successors, Engine.installed)
    func `a column that may have another name now is told how to keep its values`(
        _ successor: (columns: String, mayBe: Bool), _ engine: Engine
    ) throws {
        let difference = try Difference.between(
            engine.tables(things(Self.counted)).wanted.structure,
            engine.tables(things("{\"properties\": {\(successor.columns)}}")))
        let loss = try #require(difference.losses.first)
        #expect(difference.losses.count == 1)
        #expect(loss.description == "drop of column things.n")
        let hint = #"if it is "m" now, give that "renamedFrom": "n", and its values stay"#
        #expect(loss.advice == (successor.mayBe ? hint : nil))
    }

    @Test(arguments: Engine.installed)
    func `a column that is there keeps its values, whatever name it says to have had`(
        engine: Engine
    ) throws {
        let before = #"{"properties": {"n": {"type": "integer"}, "m": {"type": "integer"}}}"#
        let after = #"{"properties": {"m": {"type": "integer", "renamedFrom": "n"}}}"#
        let difference = try Difference.between(
            engine.tables(things(before)).wanted.structure, engine.tables(things(after)))
        #expect(difference.losses.map(\.description) == ["drop of column things.n"])
        let advice = difference.losses.first?.advice ?? ""
        #expect(advice.contains(#""m" is there already and keeps its own values"#), "\(advice)")
    }

    @Test func `a table that no model declares goes, where it is ours`() throws {
        let old = DatabaseStructure(statements: ["CREATE TABLE old (a TEXT) STRICT"])
        let none = try tables(Catalogue(parsing: []))
        let difference = Difference.between(old, none)
        #expect(difference.items.map(\.description) == ["drop of table old"])
        #expect(difference.losses.count == 1)
        let foreign = Difference.between(old, none) { _ in false }
        #expect(foreign.steps == [])
        #expect(
            foreign.refusals.map(\.description) == [
                #"""
                the table "old" is in the database but no model declares it; neither a migration \#
                file nor 'apus dev' has made it: declare it, or move it into another schema; its \#
                rows stay where they are
                """#
            ])
    }
}
