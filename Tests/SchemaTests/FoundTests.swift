import Diagnostics
import Store
import TestSupport
import Testing

@testable import Schema

/// What `Tests/ModelLife` has found to go wrong, and is no change of its own.
@Suite(.blocking) struct FoundTests {
    private static func model(
        _ name: String, _ column: String, _ rest: String = ""
    ) -> (String, String) {
        (
            "models/\(name).json",
            "{\"properties\": {\"id\": {\"type\": \"integer\"}, \(column)}\(rest)}"
        )
    }

    /// Makes models, hangs something on them, changes them and tells whether that works.
    private func change(
        _ before: [(String, String)], _ statements: String, _ after: [(String, String)]
    ) throws -> ChangePlace {
        let place = try ChangePlace(.sqlite)
        try place.make(catalogue(before))
        try place.run(statements)
        try place.make(catalogue(after))
        return place
    }

    @Test func `a trigger keeps its words where a table has had one of them as its name`() throws {
        let place = try change(
            [Self.model("select", #""a": {"type": "string"}"#)],
            """
            CREATE TRIGGER t BEFORE UPDATE OF a ON "select"
            BEGIN SELECT RAISE(ABORT, 'guarded'); END;
            INSERT INTO "select" (id, a) VALUES (1, 'x')
            """,
            [
                Self.model(
                    "trigger", #""a": {"type": "string", "maxLength": 9}"#,
                    #", "renamedFrom": "select""#)
            ])
        defer { place.close() }
        #expect(throws: Problem.self) { try place.run(#"UPDATE "trigger" SET a = a"#) }
    }

    @Test func `a column that is called like a word of a trigger can be dropped`() throws {
        let place = try change(
            [Self.model("things", #""select": {"type": "string"}, "a": {"type": "string"}"#)],
            """
            CREATE TRIGGER t BEFORE UPDATE OF a ON things
            BEGIN SELECT RAISE(ABORT, 'guarded'); END;
            INSERT INTO things (id, a) VALUES (1, 'x')
            """, [Self.model("things", #""a": {"type": "string"}"#)])
        defer { place.close() }
        #expect(throws: Problem.self) { try place.run("UPDATE things SET a = a") }
    }

    @Test func `a column that is called like its table can be dropped beside a trigger`() throws {
        let place = try change(
            [Self.model("a", #""a": {"type": "string"}, "b": {"type": "string"}"#)],
            "CREATE TRIGGER t BEFORE UPDATE OF b ON a BEGIN SELECT RAISE(ABORT, 'guarded'); END",
            [Self.model("a", #""b": {"type": "string"}"#)])
        place.close()
    }

    @Test func `an index over a column that is called like another table stays as it is`() throws {
        let place = try change(
            [
                Self.model("rooms", #""a": {"type": "string"}"#),
                Self.model("notes", #""rooms": {"type": "string"}"#),
            ], #"CREATE INDEX hand ON notes (lower("rooms"))"#,
            [
                Self.model("rooms", #""a": {"type": "string", "maxLength": 9}"#),
                Self.model("notes", #""rooms": {"type": "string"}"#),
            ])
        defer { place.close() }
        #expect(try place.structure().indexes["hand"] != nil)
    }

    @Test func `a trigger on a column that is called like a renamed table stays on it`() throws {
        let place = try change(
            [
                Self.model("rooms", #""a": {"type": "string"}"#),
                Self.model("notes", #""rooms": {"type": "string"}"#),
            ],
            """
            CREATE TRIGGER t BEFORE UPDATE OF "rooms" ON notes
            BEGIN SELECT RAISE(ABORT, 'guarded'); END;
            INSERT INTO notes (id, rooms) VALUES (1, 'x')
            """,
            [
                Self.model("halls", #""a": {"type": "string"}"#, #", "renamedFrom": "rooms""#),
                Self.model("notes", #""rooms": {"type": "string", "maxLength": 9}"#),
            ])
        defer { place.close() }
        #expect(throws: Problem.self) { try place.run("UPDATE notes SET rooms = rooms") }
    }

    @Test func `a trigger that no file makes is not lost by a file`() throws {
        let place = try ChangePlace(.sqlite)
        defer { place.close() }
        let plain = Self.model("things", #""a": {"type": "string"}"#)
        var set = try place.extended(place.emptySet, catalogue([plain]))
        _ = try place.migrator(set).apply(at: MigrationTests.now)
        try place.run("CREATE TRIGGER hand BEFORE UPDATE ON things BEGIN SELECT 1; END")
        let short = Self.model("things", #""a": {"type": "string", "maxLength": 9}"#)
        set = try place.extended(set, catalogue([short]))
        let problem = try #require(throws: Problem.self) {
            _ = try place.migrator(set).apply(at: MigrationTests.now)
        }
        #expect(problem.message.contains("('trigger', 'hand')"), "\(problem.message)")
    }

    @Test(arguments: Engine.installed)
    func `indexes of references have names of their own`(engine: Engine) throws {
        let place = try ChangePlace(engine)
        defer { place.close() }
        let reference = #"{"type": "integer", "references": {"model": "things"}}"#
        try place.make(
            catalogue([
                Self.model("things", #""a": {"type": "string"}"#),
                Self.model("a", #""b_c": "# + reference), Self.model("a_b", #""c": "# + reference),
            ]))
        let names = try place.structure().indexes.keys
        #expect(Set(names).isSuperset(of: ["a_b_c_fkey_idx", "a_b_c_fkey_idx1"]))
    }

    /// `dev` adds an index for it, a table that is made anew has a constraint.
    @Test(arguments: Engine.installed)
    func `a unique that dev has added is taken over by a file that makes the table anew`(
        engine: Engine
    ) throws {
        let place = try ChangePlace(engine)
        defer { place.close() }
        let plain = Self.model("things", #""a": {"type": "string"}"#)
        let words = #""a": {"type": "string", "maxLength": 9}"#
        let unique = Self.model("things", words, #", "unique": [["a"]]"#)
        var set = try place.extended(place.emptySet, catalogue([plain]))
        _ = try place.migrator(set).apply(at: MigrationTests.now)
        try place.make(catalogue([Self.model("things", words)]))
        try place.make(catalogue([unique]))
        set = try place.extended(set, catalogue([unique]))
        #expect(try place.migrator(set).apply(at: MigrationTests.now).count == 1)
    }
}
