import Bytes
import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Server

/// How scripts are cut into statements, and these into tokens.
@Suite struct ScriptLexerTests {
    @Test(arguments: [
        ("SELECT a", [.word("select"), .word("a")]),
        (#""A ""b""" x"#, [.name(#"A "b""#), .word("x")]),
        ("'it''s'", [.text("it's")]), (#"E'a\n\t\\\'\x41\u00e9\101'"#, [.text("a\n\t\\'AéA")]),
        (#"'a\n'"#, [.text(#"a\n"#)]), ("$$a;'b$$", [.text("a;'b")]),
        ("$x$ $$ $x$", [.text(" $$ ")]), ("$1", [.parameter(1)]),
        ("a-- c\n+b", [.word("a"), .symbol("+"), .word("b")]),
        ("a /* x /* y */ z */ b", [.word("a"), .word("b")]),
        ("1.5e-3 .5 12", [.number("1.5e-3"), .number(".5"), .number("12")]),
        ("a::text", [.word("a"), .symbol("::"), .word("text")]),
        ("a->>'b'", [.word("a"), .symbol("->>"), .text("b")]),
        ("a=-1", [.word("a"), .symbol("="), .symbol("-"), .number("1")]),
        ("a!~~*b", [.word("a"), .symbol("!~~*"), .word("b")]),
        ("f(a,b);", [
            .word("f"), .symbol("("), .word("a"), .symbol(","), .word("b"), .symbol(")"),
            .symbol(";"),
        ]),
        ("é1$ = ü", [.word("é1$"), .symbol("="), .word("ü")]), ("", []), (" \n\t", []),
    ] as [(String, [ScriptToken.Kind])])
    func `tokens are PostgreSQL's`(sql: String, kinds: [ScriptToken.Kind]) throws {
        #expect(try ScriptLexer.tokens(of: Array(sql.utf8)).map(\.kind) == kinds + [.end])
    }

    @Test(arguments: ["'a", "\"a", "$$a", "$x$a$$", "/* a", "/* /* */", "E'a\\'"])
    func `what is not closed is told`(sql: String) {
        #expect(throws: ScriptFault.self) { try ScriptLexer.tokens(of: Array(sql.utf8)) }
    }

    @Test(arguments: [
        ("a; b;", ["a;", "b;"]), ("a ';' b; c;", ["a ';' b;", "c;"]),
        ("-- x;\n a;", ["a;"]), ("/* ; */ a;", ["a;"]), ("$$;$$;", ["$$;$$;"]),
        (#"E'\';' ;a;"#, [#"E'\';' ;"#, "a;"]), (#"'\';a;"#, [#"'\';"#, "a;"]),
        ("create rule (a; b); c;", ["create rule (a; b);", "c;"]),
        ("begin atomic select 1; select case when a then 1 end; end; b;", [
            "begin atomic select 1; select case when a then 1 end; end;", "b;",
        ]),
        ("\\restrict x\na;\\connect y\nb;", ["a;", "b;"]), ("\"a;\";", ["\"a;\";"]),
        (";;a;", ["a;"]), ("begin; end;", ["begin;", "end;"]),
    ])
    func `statements end at semicolons`(script: String, statements: [String]) throws {
        let directory = try TemporaryDirectory()
        let file = directory.file("script.sql")
        try script.write(toFile: file, atomically: false, encoding: .utf8)
        let reader = ScriptReader(input: try InputBytes(file))
        var found: [String] = []
        while let statement = try reader.next() { found.append(String(utf8: statement.bytes)) }
        #expect(found == statements)
    }

    /// The fixture with parts cut out, doubled and garbled: it is read, or refused by its line.
    @Test(arguments: [
        ("-- PostgreSQL database dump\n\nCREATE TABLE t (id integer);\n", "is cut off"),
        ("SET client_encoding = 'LATIN1';\n", "not in UTF-8"),
    ])
    func `a script that would say something else is refused`(script: String, told: String) throws {
        let fault = #expect(throws: ImportFault.self) {
            try SourceScriptFixture.database(script)
        }
        #expect(fault?.problem.message.contains(told) == true)
    }

    @Test func `no script ends the reader`() throws {
        let whole = Array(try String(contentsOf: Self.fixture, encoding: .utf8).utf8)
        let directory = try TemporaryDirectory()
        var random = SeededGenerator(seed: 20_261_129)
        for number in 0..<100 {
            var bytes = whole
            let start = Int.random(in: 0..<bytes.count, using: &random)
            let end = min(bytes.count, start + Int.random(in: 1..<4000, using: &random))
            switch number % 4 {
            case 0: bytes.removeLast(bytes.count - start)
            case 1: bytes.removeSubrange(start..<end)
            case 2: bytes.insert(contentsOf: bytes[start..<end], at: end / 2)
            default:
                for _ in 0..<60 {
                    let place = Int.random(in: 0..<bytes.count, using: &random)
                    bytes[place] = UInt8.random(in: 0...255, using: &random)
                }
            }
            let file = directory.file("garbled.sql")
            try Data(bytes).write(to: URL(filePath: file))
            do {
                let database = try SourceScript.read(file)
                let drafting = ModelDrafting(database, schema: "public")
                #expect(drafting.models.count <= 40)
            } catch let fault as ImportFault {
                #expect(fault.line != nil)
            }
        }
    }

    static let fixture = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Foreign/supabase.sql")
}
