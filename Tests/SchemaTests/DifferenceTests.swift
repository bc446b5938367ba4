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
            difference.additions.map(\.what) == [
                "table users", "column things.user_id", "column things.done",
                "unique things_title_key",
                "index things_done_n_idx", "index things_user_id_fkey_idx",
            ])
        #expect(
            difference.additions[1].statement.contains(
                #"CONSTRAINT "things_user_id_fkey" REFERENCES "users" ("id") ON DELETE SET NULL"#))
    }

    /// A changed model, and the reasons why it is refused.
    static let refused: [(after: String, reasons: [String])] = [
        (
            base.replacing(#""n": {"type": "integer"}"#, with: #""n": {"type": "number"}"#),
            [
                #"the type of "things.n" has changed from integer to number"#,
                #"the check "small" of "things" is new, and the table is there already"#,
            ]
        ),
        (
            base.replacing(
                #""title": {"type": "string", "maxLength": 9}"#,
                with: #""title": {"type": "string", "format": "date"}"#),
            [#"the type of "things.title" has changed from string to string (date)"#]
        ),
        (
            base.replacing(#""maxLength": 9"#, with: #""maxLength": 10"#),
            [#"the enum, lengths or bounds of "things.title" have changed"#]
        ),
        (
            base.replacing(#", "maxLength": 9"#, with: ""),
            [#""things" has the check (length ( title ) <= 9) in the database but not declared"#]
        ),
        (base.replacing(#"["title"]"#, with: "[]"), [#""things.title" is not required any more"#]),
        (
            base.replacing(#"["title"]"#, with: #"["title", "n"]"#),
            [#""things.n" has become required"#]
        ),
        (
            base.replacing("n < 9", with: "n < 8"),
            [#"the check "small" of "things" is new or has changed"#]
        ),
        (
            base.replacing(#""n < 9""#, with: #""n < 9", "odd": "n <> 4""#),
            [#"the check "odd" of "things" is new, and the table is there already"#]
        ),
        (
            base.replacing(#"{"type": "integer"}"#, with: #"{"type": "integer", "default": 1}"#),
            [#"the constant default of "things.n" has changed from none to 1"#]
        ),
        (
            base.replacing(#"{"on": ["n"]}"#, with: #"{"on": ["n desc"], "name": "things_n_idx"}"#),
            [#"the index "things_n_idx" has changed"#]
        ),
        (
            base.replacing(#"{"on": ["n"]}"#, with: ""),
            [#"the index "things_n_idx" is in the database but not declared"#]
        ),
        (
            base.replacing(#""n": {"#, with: #""m": {"renamedFrom": "n", "#).replacing(
                "\"n\"]", with: "\"m\"]"
            )
            .replacing("n < 9", with: "m < 9"),
            [
                #""things.m" was "n", and renaming is not built yet"#,
                #"the index "things_n_idx" is in the database but not declared"#,
            ]
        ),
        (
            #"""
            {"properties": {"title": {"type": "string", "maxLength": 9}, "new": {"type": \#
            "string"}}, "required": ["title", "new"]}
            """#,
            [
                #""things.new" is new and required, and rows that are there would have no value for it"#,
                #"the column "things.n" is in the database but not declared"#,
                #"the index "things_n_idx" is in the database but not declared"#,
            ]
        ),
    ]

    @Test(arguments: refused, Engine.installed)
    func `what is not additive is refused with all reasons`(
        _ change: (after: String, reasons: [String]), _ engine: Engine
    ) throws {
        let difference = try Self.difference(change.after, on: engine)
        let reasons = change.reasons.map {
            $0.replacing(Engine.sqlite.lengthOfTitle, with: engine.lengthOfTitle)
        }
        #expect(difference.refusals.map(\.reason) == reasons)
        #expect(difference.refusals.allSatisfy { !$0.advice.isEmpty })
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
        let told = difference.refusals.map { refusal in
            for (prefix, noun) in [
                (#"the type of "things.a" has changed from "#, "type: "),
                (#"the constant default of "things.a" has changed from "#, "default: "),
            ] where refusal.reason.hasPrefix(prefix) {
                return noun + refusal.reason.dropFirst(prefix.count).replacing(" to ", with: ", ")
            }
            return refusal.reason.contains("has the check") ? "check" : refusal.reason
        }
        #expect(told == change.expected)
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
        let refusal = try #require(difference.refusals.first)
        #expect(difference.refusals.count == 1)
        #expect(refusal.reason == #"the column "things.n" is in the database but not declared"#)
        let hint = #"if it is "m" now, give that "renamedFrom": "n", and its values stay; else "#
        #expect(refusal.advice.hasPrefix(hint) == successor.mayBe, "\(refusal.advice)")
        #expect(refusal.advice.hasSuffix("loses its values"))
    }

    @Test(arguments: Engine.installed)
    func `a required column that may have had another name is told so`(engine: Engine) throws {
        let required = Self.counted.replacing("}}}", with: #"}}, "required": ["n"]}"#)
        let difference = try Difference.between(
            engine.tables(things(required)).wanted.structure,
            engine.tables(things(required.replacing(#""n""#, with: #""m""#))))
        let advice = try #require(difference.refusals.first).advice
        #expect(
            advice == #"if it was "n", give it "renamedFrom": "n"; else give it a constant default "#
                + #"or leave it out of "required""#)
    }

    /// The way to another name where files have built the column and where `apus dev` alone has.
    static let ways: [(isRecorded: Bool, way: String)] = [
        (
            true,
            "write a migration file Migrations/YYYYMMDDTHHMMSS_name.sql by hand: "
                + #"ALTER TABLE "things" RENAME COLUMN "n" TO "m";"#
        ),
        (
            false,
            #"call it "n" until 'apus migrate new NAME' has recorded it; then call it "m" again, "#
                + #"with "renamedFrom": "n", and write the migration file that is asked for then"#
        ),
    ]

    @Test(arguments: ways, Engine.installed)
    func `the way to another name is told whole`(
        _ way: (isRecorded: Bool, way: String), _ engine: Engine
    ) throws {
        let built = try engine.tables(things(Self.counted)).wanted.structure
        let renamed = Self.counted.replacing(#""n": {"#, with: #""m": {"renamedFrom": "n", "#)
        let difference = try Difference.between(
            built, recorded: way.isRecorded ? built : DatabaseStructure(statements: []),
            engine.tables(things(renamed)))
        #expect(difference.refusals.map(\.advice) == [way.way])
    }

    @Test func `what no migration file builds is told how it goes`() {
        #expect(
            Advice.declareColumn(isRecorded: false, values: 2).wording
                == "no migration file builds it: declare it, and its values stay; to drop it, let "
                + "'apus migrate new NAME' record it first and write a migration file by hand "
                + "then, which loses its 2 values")
    }

    @Test func `a table that no model declares is refused`() throws {
        let difference = try Difference.between(
            DatabaseStructure(statements: ["CREATE TABLE old (a TEXT) STRICT"]),
            tables(Catalogue(parsing: [])))
        #expect(
            difference.refusals.map(\.description) == [
                #"""
                the table "old" is in the database but no model declares it; declare it: its \#
                rows stay where they are; a migration file by hand that drops it loses its rows
                """#
            ])
    }
}
