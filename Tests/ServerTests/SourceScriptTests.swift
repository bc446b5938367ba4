import Bytes
import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Server

/// What is read of a script: the catalogue of the source, and what models are drafted of it.
@Suite struct SourceScriptTests {
    @Test func `a realistic dump is understood whole`() throws {
        let database = try SourceScript.read(ScriptLexerTests.fixture.path)
        #expect(database.passedOver.isEmpty, "\(database.passedOver)")
        let rows = SourceName("public", "rooms")
        let rooms = try #require(database.table(rows))
        #expect(rooms.columns.map(\.name) == ["id", "name", "slug", "owner_id", "is_public", "created_at"])
        #expect(rooms.primaryKey == ["id"] && rooms.isSecured && rooms.policies.count == 4)
        #expect(rooms.rows.map(\.count) == [2])
        #expect(database.enums[SourceName("public", "member_role")]?.last == "it's complicated")
        #expect(database.published == [SourceName("public", "messages")])
        let messages = try #require(database.table(SourceName("public", "messages")))
        #expect(messages.column("word_count")?.generated?.text == "length(body)")
        #expect(messages.column("id")?.isIdentity == true)
        #expect(messages.references.map(\.onDelete) == ["noAction", "cascade"])
        #expect(messages.indexes.first?.columns == ["room_id", "sent_at desc"])
        #expect(messages.policies.first { $0.name == "Edit mine" }?.check?.node != nil)
        #expect(database.tables.allSatisfy { $0.policies.allSatisfy { $0.using?.fault == nil } })
        let trigger = try #require(database.triggers.last)
        #expect(trigger.isBeforeUpdate && trigger.function.name == "set_updated_at")
        #expect(database.table(SourceName("public", "visits"))?.grants["anon"] == ["select", "insert"])
        let profiles = try #require(database.table(SourceName("public", "profiles")))
        #expect(profiles.comment == "Who people are; they're public.")
        #expect(profiles.uniques.map(\.columns) == [["username"]])
    }

    @Test(arguments: [
        ("CREATE TABLE a (b int c);", 1, "a word of a column"),
        ("\n\nALTER TABLE public.posts ADD CONSTRAINT c WHAT (x);", 3, "a constraint expected"),
        ("VACUUM posts;", 1, "VACUUM"), ("CREATE RULE r AS ON INSERT TO posts DO NOTHING;", 1, "RULE"),
        ("CREATE POLICY p ON posts FOR;", 1, "a name expected"),
        ("COPY nowhere (a) FROM stdin;\n1\n\\.\n", 1, "1 row of nowhere"),
    ])
    func `what is not understood is told by its line`(sql: String, line: Int, text: String) throws {
        let before = "CREATE TABLE public.posts (id int);"
        let database = try SourceScriptFixture.database(before + sql)
        let note = try #require(database.passedOver.first)
        #expect(note.line == line && note.text.contains(text), "\(note)")
    }

    @Test(arguments: [
        ("CREATE TABLE a (b int);\nINSERT INTO a VALUES ('", 2, "a text"),
        ("COPY a (b) FROM stdin;\n1\n2\n", 1, "within the rows of COPY"),
        ("CREATE TABLE a (b int;", 1, "a statement"), ("-- a\n/* b", 2, "a comment"), ("SELECT 1", 1, "a statement"),
        ("CREATE FUNCTION f() RETURNS int AS $a$ x $$;", 1, "a text in dollar quotes"),
    ])
    func `a script that is cut is refused`(sql: String, line: Int, text: String) throws {
        do {
            _ = try SourceScriptFixture.database(sql)
            Issue.record("\(sql) was read")
        } catch let fault as ImportFault {
            #expect(fault.line == line && fault.problem.message.contains(text), "\(fault)")
        }
    }

    @Test func `a dump in another format is known`() throws {
        let fault = #expect(throws: (any Error).self) {
            try SourceScriptFixture.database("PGDMP\u{1}\u{e}\u{0}")
        }
        #expect("\(try #require(fault))".contains("pg_restore -f"))
    }

    // MARK: Types and defaults

    @Test(arguments: [
        ("smallint", #"{"type":"integer","format":"int32","minimum":-32768,"maximum":32767}"#),
        ("integer", #"{"type":"integer","format":"int32"}"#), ("int8", #"{"type":"integer"}"#),
        ("bigserial", #"{"type":"integer"}"#), ("real", #"{"type":"number"}"#),
        ("double precision", #"{"type":"number"}"#), ("numeric", #"{"type":"number"}"#),
        ("numeric(8,2)", #"{"type":"string","format":"decimal","precision":8,"scale":2}"#),
        ("decimal(5)", #"{"type":"string","format":"decimal","precision":5,"scale":0}"#),
        ("numeric(40,2)", #"{"type":"number"}"#), ("text", #"{"type":"string"}"#),
        ("character varying", #"{"type":"string"}"#),
        ("character varying(80)", #"{"type":"string","maxLength":80}"#),
        ("char(3)", #"{"type":"string","maxLength":3}"#), ("citext", #"{"type":"string"}"#),
        ("boolean", #"{"type":"boolean"}"#), ("uuid", #"{"type":"string","format":"uuid"}"#),
        ("timestamp with time zone", #"{"type":"string","format":"date-time"}"#),
        ("timestamptz(3)", #"{"type":"string","format":"date-time"}"#),
        ("timestamp without time zone", #"{"type":"string","format":"date-time"}"#),
        ("timestamp(6) without time zone", #"{"type":"string","format":"date-time"}"#),
        ("date", #"{"type":"string","format":"date"}"#),
        ("time without time zone", #"{"type":"string","format":"time"}"#),
        ("time with time zone", #"{"type":"string"}"#), ("interval", #"{"type":"string"}"#),
        ("bytea", #"{"type":"string","format":"byte"}"#), ("jsonb", "{}"), ("json", "{}"),
        ("inet", #"{"type":"string"}"#), ("extensions.vector(3)", #"{"type":"string"}"#),
        ("text[]", #"{"type":"array","items":{"type":"string"}}"#),
        ("uuid[]", #"{"type":"array","items":{"type":"string","format":"uuid"}}"#),
        ("integer[][]", #"{"type":"array","items":{"type":"array","items":{"type":"integer"}}}"#),
        ("jsonb[]", #"{"type":"array"}"#),
        ("public.mood", #"{"type":"string","enum":["sad","ok"]}"#),
        ("public.mood[]", #"{"type":"array","items":{"type":"string","enum":["sad","ok"]}}"#),
    ])
    func `a type becomes a property`(type: String, property: String) throws {
        let database = try SourceScriptFixture.database(
            SourceScriptFixture.tables + "CREATE TABLE public.one (a \(type));")
        let column = try #require(database.table(SourceName("public", "one"))?.columns.first)
        let words = PropertyType(column.type, in: database).words
        #expect(String(utf8: JSON.object(words).bytes) == property)
    }

    @Test(arguments: [
        ("text DEFAULT 'a''b'::text", #""a'b""#), ("integer DEFAULT 5", "5"),
        ("integer DEFAULT '-5'::integer", "-5"), ("numeric(5,2) DEFAULT 0.50", "0.5"),
        ("boolean DEFAULT false", "false"), ("boolean DEFAULT 't'::boolean", "true"),
        ("jsonb DEFAULT '{\"a\": [1, null]}'::jsonb", #"{"a":[1,null]}"#),
        ("text[] DEFAULT '{}'::text[]", "[]"), ("text[] DEFAULT ARRAY['a'::text, 'b'::text]", #"["a","b"]"#),
        ("integer[] DEFAULT '{1,2}'::integer[]", "[1,2]"), ("text DEFAULT NULL::character varying", "-"),
        ("timestamptz DEFAULT now()", #"{"$expr":"now()"}"#),
        ("uuid DEFAULT gen_random_uuid()", #"{"$expr":"gen_random_uuid()"}"#),
        ("uuid DEFAULT auth.uid()", #"{"$expr":"auth.uid()"}"#),
        ("public.mood DEFAULT 'ok'::public.mood", #""ok""#), ("bigint DEFAULT nextval('s'::regclass)", "true"),
        ("text DEFAULT md5('a')", "!"), ("jsonb DEFAULT '{'::jsonb", "!"),
        ("timestamptz DEFAULT 'now'::timestamptz", "!"), ("integer DEFAULT (7 / 2)", "!"),
        ("integer DEFAULT (1 + 2)", #"{"$expr":"1 + 2"}"#),
    ])
    func `a default stays, or is told`(column: String, value: String) throws {
        let database = try SourceScriptFixture.database(
            SourceScriptFixture.tables + "CREATE TABLE public.one (a \(column), PRIMARY KEY (a));")
        let drafting = ModelDrafting(database, schema: "public")
        let model = try #require(drafting.models.first { $0.name == "one" })
        let found = model.parts.first { part in
            if case .property("a", word: "default") = part.place { return true }
            if case .property("a", word: "identity") = part.place { return true }
            return false
        }
        let told = drafting.notes.contains { $0.name == "one.a" && $0.text.contains("no default") }
        #expect(told == (value == "!"))
        #expect(found.map { String(utf8: $0.value.bytes) } == (value == "!" || value == "-" ? nil : value))
    }

    @Test(arguments: [
        ("{}", []), ("{a,b}", ["a", "b"]), ("{\"a,b\",NULL,\"NULL\",\"\"}", ["a,b", nil, "NULL", ""]),
        (#"{"q\"x","b\\y"}"#, [#"q"x"#, #"b\y"#]), ("[0:1]={1,2}", ["1", "2"]),
        ("", nil), ("{a", nil), ("{a,}", nil), ("{,}", nil), ("{a}}", nil), ("{\"a}", nil), ("{a,\\", nil),
    ] as [(String, [String?]?)])
    func `arrays are read as PostgreSQL writes them`(text: String, elements: [String?]?) {
        #expect(ArrayText.elements(of: text) == elements)
    }
}
