import Bytes
import Diagnostics
import Foundation
import Store
import StoreSQLite
import TestSupport
import Testing

@testable import Schema

@Suite struct MigrationTests {
    static let rooms = (
        "models/rooms.json", #"{"properties": {"name": {"type": "string"}}, "required": ["name"]}"#
    )
    static let now = Instant(microseconds: 1_795_255_200_000_000)

    /// A set of one file for each text, a second apart.
    static func files(_ texts: String...) -> MigrationSet {
        MigrationSet(
            texts.enumerated().compactMap { index, text in
                MigrationFile(
                    fileName: "2026112110000\(index)_step\(index).sql".replacing(
                        "20261121", with: "20261121T"),
                    text: Array(text.utf8))
            })
    }

    /// The difference between what `set` builds and what `files` declare.
    static func difference(_ set: MigrationSet, _ files: [(String, String)]) throws -> Difference {
        try Difference.between(
            outcome(of: set), tables(catalogue(files)))
    }

    /// `set` and one more file with what `files` declare in addition.
    static func extended(_ set: MigrationSet, _ files: [(String, String)]) throws -> MigrationSet {
        let difference = try difference(set, files)
        #expect(difference.refusals.isEmpty)
        let file = MigrationFile(
            overcoming: difference, in: SQLiteDialect().fileForm, name: "Next Step",
            after: set.files.last?.version, now: now)
        return MigrationSet(set.files + [file])
    }

    /// What the statements of a generated file sum up to, as it says.
    static func sum(of file: MigrationFile) throws -> String {
        try #require(MigrationHeader(file.text).statementsSum)
    }

    @Test func `a new file makes what is declared, once`() throws {
        let set = try Self.extended(MigrationSet([]), [Self.rooms])
        let file = try #require(set.files.first)
        #expect(file.fileName == "20261121T100000_next_step.sql")
        #expect(
            String(utf8: file.text) == """
                -- next_step: written by `apus migrate new`.
                -- Review it, commit it, and do not change it once it has been applied.
                -- apus: statements \(try Self.sum(of: file))

                -- table rooms
                CREATE TABLE "rooms" (
                  "id" TEXT NOT NULL CONSTRAINT "rooms_id_check" \
                CHECK ("id" GLOB '????????-????-????-????-????????????'),
                  "name" TEXT NOT NULL,
                  CONSTRAINT "rooms_pkey" PRIMARY KEY ("id")
                ) STRICT;

                """)
        #expect(try Self.difference(set, [Self.rooms]).isEmpty)
    }

    @Test func `files are applied in order, remembered, and not applied again`() throws {
        let set = Self.files(
            "CREATE TABLE a (x INTEGER) STRICT;",
            "INSERT INTO a VALUES (1); INSERT INTO a VALUES (2)")
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let migrator = Migrator(database, set)
        #expect(try migrator.status().pending == set.files)
        #expect(try migrator.apply(at: Self.now) == set.files)
        #expect(try migrator.apply(at: Self.now) == [])
        let states = try migrator.status().entries.map(\.state)
        #expect(states == [.applied(at: Self.now.postgres), .applied(at: Self.now.postgres)])
    }

    @Test func `files that build no database from nothing touch none`() throws {
        let set = Self.files(
            "CREATE TABLE a (x INTEGER) STRICT;", "-- dev made it\nDROP TABLE notes;")
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        try database.writeAndWait { transaction throws(Problem) in
            do throws(DatabaseError) {
                try transaction.executeScript("CREATE TABLE notes (y TEXT) STRICT;")
            } catch {
                throw Problem(error)
            }
        }
        let migrator = Migrator(database, set)
        let problem = #expect(throws: Problem.self) { try migrator.apply(at: Self.now) }
        #expect(
            problem?.message == "Migrations/20261121T100001_step1.sql:2:1: no such table: notes")
        #expect(try migrator.status().entries.map(\.state) == [.pending, .pending])
        #expect(
            try migrator.structure()
                == DatabaseStructure(statements: ["CREATE TABLE notes (y TEXT) STRICT"]))
    }

    @Test func `a failing file leaves no trace and is told with its line`() throws {
        let set = Self.files(
            "CREATE TABLE a (x INTEGER) STRICT;\nINSERT INTO a VALUES (1);",
            "-- more\nCREATE TABLE b (y TEXT) STRICT;\nCREATE UNIQUE INDEX a_x\n  ON a (x);")
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        _ = try Migrator(database, MigrationSet([set.files[0]])).apply(at: Self.now)
        try database.writeAndWait { transaction throws(Problem) in
            do throws(DatabaseError) {
                try transaction.executeScript("INSERT INTO a VALUES (1);")
            } catch {
                throw Problem(error)
            }
        }
        let migrator = Migrator(database, set)
        let problem = #expect(throws: Problem.self) { try migrator.apply(at: Self.now) }
        #expect(
            problem?.message
                == "Migrations/20261121T100001_step1.sql:3:1: two rows of \"a\" have the same x: "
                + "1 is in 2 of them")
        #expect(
            try migrator.status().entries.map(\.state) == [
                .applied(at: Self.now.postgres), .pending,
            ])
        #expect(
            try migrator.structure()
                == DatabaseStructure(statements: ["CREATE TABLE a (x INTEGER) STRICT"]))
    }

    @Test func `what holds a column in a unique constraint is named`() throws {
        let set = Self.files(
            "CREATE TABLE a (x TEXT, y TEXT, UNIQUE (\"x\", \"y\")) STRICT;",
            "ALTER TABLE a DROP COLUMN x;")
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let problem = #expect(throws: Problem.self) {
            try Migrator(database, set).apply(at: Self.now)
        }
        #expect(
            problem?.message.hasSuffix(
                "the column is in the primary key or in a unique constraint that the table was "
                    + "made with") == true, "\(problem?.message ?? "")")
    }

    @Test func `changed, missing and late files are reported together`() throws {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let set = Self.files("SELECT 1;", "SELECT 2;", "SELECT 3;")
        _ = try Migrator(database, MigrationSet(Array(set.files[1...]))).apply(at: Self.now)
        let edited = MigrationSet(
            [set.files[0]] + Self.files("SELECT 0;", "SELECT  2;").files.suffix(1))
        let migrator = Migrator(database, edited)
        #expect(try migrator.status().entries.map(\.state) == [.overtaken, .changed, .missing])
        let problem = #expect(throws: Problem.self) { try migrator.apply(at: Self.now) }
        #expect(
            problem?.message == "the migration files do not fit the database: "
                + "20261121T100001_step1: changed since it was applied; "
                + "20261121T100002_step2: applied, but the file is missing")
        #expect(
            problem?.hint == "Undo the edits of 20261121T100001_step1.sql or restore it from "
                + "version control, and write what is new as another file: 'apus migrate new NAME'. "
                + "Restore 20261121T100002_step2.sql from version control.")
    }

    /// A file that a branch brings, older than one that is applied, and why it is not applied.
    static let merged: [(older: String, newer: String, refusal: String?)] = [
        ("CREATE TABLE b (y INTEGER) STRICT;", "CREATE TABLE a (x INTEGER) STRICT;", nil),
        ("ALTER TABLE base ADD older TEXT;", "ALTER TABLE base ADD newer TEXT;", nil),
        (
            "CREATE INDEX i ON base (x);", "DROP INDEX IF EXISTS i;",
            "behind them it builds something else"
        ),
        (
            "CREATE TABLE a (x INTEGER) STRICT;", "CREATE TABLE IF NOT EXISTS a (z TEXT) STRICT;",
            "does not go behind them: Migrations/20261121T100001_step1.sql:1:1: table a already exists"
        ),
        ("UPDATE base SET x = 1;", "CREATE INDEX i ON base (x);", nil),
    ]

    @Test(arguments: merged)
    func `a file older than what is applied is applied where that makes no difference`(
        _ older: String, _ newer: String, _ refusal: String?
    ) throws {
        let all = Self.files("CREATE TABLE base (x INTEGER) STRICT;", older, newer)
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let first = MigrationSet([all.files[0], all.files[2]])
        _ = try Migrator(database, first).apply(at: Self.now)
        let migrator = Migrator(database, all)
        #expect(try migrator.status().faults == [])
        do throws(Problem) {
            #expect(try migrator.apply(at: Self.now).map(\.version) == [all.files[1].version])
            #expect(refusal == nil)
            #expect(try migrator.structure().isSame(as: outcome(of: all)))
        } catch {
            #expect(error.message.contains(refusal ?? "no refusal"), "\(error.message)")
            #expect(try migrator.status().pending.count == 1)
        }
    }

    @Test func `rows that refer to nothing undo their file`() throws {
        let set = Self.files(
            "CREATE TABLE a (x INTEGER PRIMARY KEY) STRICT;\nCREATE TABLE b (y INTEGER REFERENCES a) STRICT;",
            "INSERT INTO b VALUES (7);")
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let problem = #expect(throws: Problem.self) {
            try Migrator(database, set).apply(at: Self.now)
        }
        #expect(
            problem?.message
                == "Migrations/20261121T100001_step1.sql:1:1: a row refers to one that is not there"
        )
    }

    @Test func `what dev has added is taken over by the file written for it`() throws {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let set = try Self.extended(MigrationSet([]), [Self.rooms])
        let difference = try Self.difference(MigrationSet([]), [Self.rooms])
        try Migrator(database, MigrationSet([])).apply(difference)
        #expect(try Migrator(database, set).apply(at: Self.now).count == 1)
        #expect(try Migrator(database, set).status().pending.isEmpty)
    }

    @Test func `rows in the way of uniqueness are told by the value that most of them have`() throws
    {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let set = Self.files(
            "CREATE TABLE a (x TEXT, y INTEGER) STRICT;",
            "INSERT INTO a VALUES ('p', 1), ('p', 1), ('it''s', 2), ('it''s', 2), ('it''s', 2);")
        _ = try Migrator(database, set).apply(at: Self.now)
        let item = Difference.Item(
            action: .add, what: "unique a_x_y_key", part: .index("a_x_y_key"), location: nil)
        let step = Difference.Step(
            [item], [ChangeStatement("CREATE UNIQUE INDEX a_x_y_key ON a (x, y)")])
        let problem = #expect(throws: Problem.self) {
            try Migrator(database, set).apply(Difference(steps: [step], refusals: []))
        }
        #expect(
            problem?.message == "unique a_x_y_key cannot be made: two rows of \"a\" have the same "
                + "x, y: 'it''s', 2 is in 3 of them")
    }

    @Test func `a generated file with more in it says how the database takes it over`() throws {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let difference = try Self.difference(MigrationSet([]), [Self.rooms])
        try Migrator(database, MigrationSet([])).apply(difference)
        try database.writeAndWait { transaction throws(Problem) in
            do throws(DatabaseError) {
                try transaction.executeScript(
                    "INSERT INTO rooms VALUES ('00000000-0000-4000-8000-000000000001', 'kept');")
            } catch {
                throw Problem(error)
            }
        }
        let generated = try #require(
            try Self.extended(MigrationSet([]), [Self.rooms]).files.first)
        let trigger = "CREATE TRIGGER t AFTER DELETE ON rooms BEGIN SELECT 1; END;"
        let edited = try #require(
            MigrationFile(
                fileName: generated.fileName, text: generated.text + Array(trigger.utf8)))
        let lines = String(decoding: generated.text, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        let line = try #require(lines.firstIndex { $0.hasPrefix("CREATE TABLE") }) + 1
        let problem = #expect(throws: Problem.self) {
            try Migrator(database, MigrationSet([edited])).apply(at: Self.now)
        }
        #expect(problem?.message == "\(edited.path):\(line):1: table \"rooms\" already exists")
        #expect(
            problem?.hint
                == "Nothing of the file was applied. The database has it already, from 'apus dev': "
                + "leave in this file only what is there, and move its other statements into a file "
                + "of their own behind it. What is there is recorded then, not made again, and no "
                + "row is lost.")
        // That advice, followed.
        let other = try #require(
            MigrationFile(fileName: "20301121T100000_trigger.sql", text: Array(trigger.utf8)))
        let files = MigrationSet([generated, other])
        #expect(try Migrator(database, files).apply(at: Self.now).count == 2)
        let count = try database.makeReader().query(SQL("SELECT count(*) FROM rooms")) {
            rows throws(DatabaseError) in
            _ = try rows.next()
            return rows.int64(0)
        }
        #expect(count == 1)
    }

    @Test func `a file that makes a thing twice is told no way around`() throws {
        let database = try SQLiteDatabase.open(.temporary)
        defer { database.close() }
        let text = "CREATE TABLE a (x INTEGER) STRICT;\nCREATE TABLE a (x INTEGER) STRICT;"
        let problem = #expect(throws: Problem.self) {
            try Migrator(database, Self.files(text)).apply(at: Self.now)
        }
        #expect(
            problem?.message
                == "Migrations/20261121T100000_step0.sql:2:1: table a already exists")
        #expect(problem?.hint == nil)
    }

    @Test func `a version follows the last one even when the clock is behind`() {
        let file = MigrationFile(
            overcoming: .none, in: SQLiteDialect().fileForm, name: "x", after: "20271231T235900", now: Self.now)
        #expect(file.version == "20271231T235901")
    }

    @Test(arguments: [
        "a.sql", "20261121_a.sql", "20261121T101500_A.sql", "20261121T101500_.sql",
        "20261121T1015000_a.sql",
    ])
    func `other file names are no migrations`(_ name: String) {
        #expect(MigrationFile(fileName: name, text: []) == nil)
    }

    @Test func `a directory is read with its faults`() throws {
        let temporary = try TemporaryDirectory()
        let directory = temporary.file("Migrations")
        #expect(try migrations(in: directory).files == [])
        let file = MigrationFile(
            overcoming: .none, in: SQLiteDialect().fileForm, name: "first", after: nil, now: Self.now)
        try file.write(to: directory)
        #expect(try migrations(in: directory).files.map(\.text) == [file.text])
        #expect(throws: Problem.self) { try file.write(to: directory) }
        for (name, text) in [
            ("20261121T100000_twin.sql", ""), ("later.sql", ""),
            ("20261122T100000_bad.sql", "DELETE FROM _apus_meta;\nCOMMIT;"),
            ("20261123T100000_other.sql", "-- apus: postgresql\nBEGIN;"),
        ] {
            try text.write(toFile: "\(directory)/\(name)", atomically: true, encoding: .utf8)
        }
        let failure = #expect(throws: SchemaFailure.self) { try migrations(in: directory) }
        #expect(
            failure?.diagnostics.map { $0.message.prefix(20) } == [
                "20261121T100000_firs", "_apus_meta is the se", "COMMIT cannot stand ",
                "no engine is called ", "a migration file is ",
            ])
    }

    @Test(arguments: [
        "DROP TABLE _apus_meta", "DROP TABLE \"_apus_meta\"", "DROP TABLE main.[_Apus_Meta]",
        "DROP TABLE `_apus_meta`", "DROP TABLE '_apus_meta'", "DROP TABLE main . '_APUS_meta'",
        "INSERT INTO '_apus_meta' VALUES (1)", "SELECT * FROM '_apus_users'",
        "DROP TABLE \u{FEFF}_apus_meta",
    ])
    func `the server's own tables are named in no spelling`(sql: String) throws {
        let temporary = try TemporaryDirectory()
        let directory = temporary.file("Migrations")
        let text = Array("SELECT 1;\n\(sql);".utf8)
        let file = MigrationFile(fileName: "20261121T100000_bad.sql", text: text)
        try file?.write(to: directory)
        let failure = #expect(throws: SchemaFailure.self) { try migrations(in: directory) }
        #expect(failure?.diagnostics.count == 1)
        #expect(failure?.diagnostics.first?.message.hasSuffix(" is the server's own") == true)
        #expect(failure?.diagnostics.first?.location.line == 2)
    }

    /// Files that SQLite would read up to their NUL, and where that stands.
    static let cut: [(text: String, line: Int, column: Int)] = [
        ("UPDATE solo SET name = 'z';\n\0DROP TABLE leaves;", 2, 1),
        ("SELECT 1; -- a\0b\nDROP TABLE leaves;", 1, 15),
        ("INSERT INTO solo VALUES ('a\0b');", 1, 28), ("SELECT 1;\n\0", 2, 1),
    ]

    @Test(arguments: cut)
    func `a file with a NUL is refused where that stands`(
        text: String, line: Int, column: Int
    ) throws {
        let directory = try TemporaryDirectory()
        let file = MigrationFile(fileName: "20261121T100000_cut.sql", text: Array(text.utf8))
        try file?.write(to: directory.path)
        let failure = #expect(throws: SchemaFailure.self) { try migrations(in: directory.path) }
        let fault = failure?.diagnostics.first
        #expect(failure?.diagnostics.count == 1)
        #expect(fault?.message == "a NUL byte: SQLite would not read what follows it")
        #expect(fault?.location.line == line && fault?.location.column == column)
    }
}
