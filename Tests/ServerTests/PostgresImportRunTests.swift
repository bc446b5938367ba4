import Foundation
import Glibc
import PostgresTestSupport
import Server
import ServerTestSupport
import TestSupport
import Testing

/// What `apus import postgres` leaves behind where it does not come to its end, and what it tells.
@Suite(.timeLimit(.minutes(10))) struct PostgresImportRunTests {
    private static let things = """
        CREATE TABLE public.things (id integer NOT NULL, name text);
        ALTER TABLE ONLY public.things ADD CONSTRAINT things_pkey PRIMARY KEY (id);

        """

    private static func rows(_ project: TestProject, _ table: String) throws -> [String] {
        let (lines, code) = try project.run(["export", table])
        #expect(code == 0, "\(lines)")
        return lines
    }

    private static func exists(_ project: TestProject, _ file: String) -> Bool {
        FileManager.default.fileExists(atPath: project.path + "/" + file)
    }

    // MARK: Files

    @Test func `files are as they were where the database cannot be brought to them`() throws {
        let project = try TestProject()
        #expect(try project.run(["migrate", "new", "begin"]).code == 0)
        #expect(try project.run(["migrate", "up"]).code == 0)
        let before = try project.text("Schemas/models/notes.json")
        // The column "text" would be dropped, which nobody has said may be.
        try project.write(
            Self.things + """
                CREATE TABLE public.notes (id bigint NOT NULL, title text);
                ALTER TABLE ONLY public.notes ADD CONSTRAINT notes_pkey PRIMARY KEY (id);

                """, to: "dump.sql")
        let words = ["import", "postgres", project.path + "/dump.sql", "--force"]
        let (lines, code) = try project.run(words)
        #expect(code == 1, "\(lines)")
        #expect(try project.text("Schemas/models/notes.json") == before)
        #expect(!Self.exists(project, "Schemas/models/things.json"))
        let migrations = try FileManager.default.contentsOfDirectory(
            atPath: project.path + "/Migrations")
        #expect(migrations.count == 1, "\(migrations)")
        #expect(try project.run(["check"]).code == 0)
        // Nothing has begun: it is not in the way of another.
        let again = try project.run(words)
        #expect(again.lines == lines)
    }

    @Test func `a project that cannot be built is not there, and can be made later`() throws {
        let project = try TestProject(models: [:])
        try project.write(Self.things, to: "dump.sql")
        try project.write("in the way", to: "Migrations")
        let words = ["import", "postgres", project.path + "/dump.sql"]
        let (lines, code) = try project.run(words)
        #expect(code == 1, "\(lines)")
        #expect(!Self.exists(project, "Schemas"))
        try FileManager.default.removeItem(atPath: project.path + "/Migrations")
        let again = try project.run(words)
        #expect(again.code == 0, "\(again.lines)")
    }

    // MARK: Ends

    @Test func `an import that was killed is told of, and begins anew`() throws {
        let project = try TestProject(models: [:])
        let rows = (1...40_000).map { "\($0)\tname \($0)\n" }.joined()
        try project.write(
            Self.things + """
                CREATE TABLE public.parts (id integer NOT NULL, thing integer, next integer);
                ALTER TABLE ONLY public.parts ADD CONSTRAINT parts_pkey PRIMARY KEY (id);
                ALTER TABLE ONLY public.parts ADD CONSTRAINT parts_thing_fkey
                    FOREIGN KEY (thing) REFERENCES public.things(id) ON DELETE RESTRICT;
                ALTER TABLE ONLY public.parts ADD CONSTRAINT parts_next_fkey
                    FOREIGN KEY (next) REFERENCES public.parts(id) ON DELETE RESTRICT;
                COPY public.things (id, name) FROM stdin;
                \(rows)\\.
                COPY public.parts (id, thing, next) FROM stdin;
                1\t1\t2
                2\t2\t\\N
                \\.

                """, to: "dump.sql")
        let words = ["import", "postgres", project.path + "/dump.sql"]
        let command = try RunningCommand(words + ["--project", project.path])
        let mark = project.data + "/import-postgres.mark"
        // It says which tables were empty once their rows begin to come.
        while (try? String(contentsOfFile: mark, encoding: .utf8))?.contains("things") != true {
            try #require(kill(command.process, 0) == 0, "it has ended")
            usleep(1000)
        }
        kill(command.process, SIGKILL)
        _ = command.exitCode()
        let refused = try project.run(words)
        #expect(refused.code == 1)
        #expect(
            refused.lines.contains { $0.contains("dump.sql") && $0.contains("before its end") },
            "\(refused.lines)")
        #expect(refused.lines.contains { $0.contains("--anew") }, "\(refused.lines)")
        try project.write(Self.things, to: "other.sql")
        let other = try project.run(
            ["import", "postgres", project.path + "/other.sql", "--anew"])
        #expect(other.code == 1 && other.lines.contains { $0.contains("this is of") })
        let begun = try String(contentsOfFile: mark, encoding: .utf8)
        for _ in 1...2 {
            let (lines, code) = try project.run(words + ["--anew"])
            #expect(code == 0, "\(lines)")
            #expect(try Self.rows(project, "things").count == 40_000)
            #expect(try Self.rows(project, "parts").count == 2)
            #expect(!FileManager.default.fileExists(atPath: mark))
            // As if the second had been ended behind its last row.
            try begun.replacing(#""tables":["things"]"#, with: #""tables":["things","parts"]"#)
                .write(toFile: mark, atomically: false, encoding: .utf8)
        }
    }

    @Test func `there is nothing to begin anew where none was ended`() throws {
        let project = try TestProject(models: [:])
        try project.write(Self.things, to: "dump.sql")
        let (lines, code) = try project.run(
            ["import", "postgres", project.path + "/dump.sql", "--anew"])
        #expect(code == 1 && lines.contains { $0.contains("before its end") }, "\(lines)")
        #expect(!Self.exists(project, "Schemas"))
    }

    // MARK: Report

    @Test func `the next commands are those of this project, whatever it is called`() throws {
        let project = try TestProject(models: [:])
        try project.write(Self.things, to: "dump.sql")
        let folder = project.path + "/it's my shop"
        let data = project.path + "/my data"
        let command = try RunningCommand([
            "import", "postgres", project.path + "/dump.sql", "--to", folder, "--data", data,
            "--project", project.path,
        ])
        var lines: [String] = []
        while let line = command.nextLine() { lines.append(line) }
        #expect(command.exitCode() == 0, "\(lines)")
        let quoted = folder.replacing("'", with: #"'\''"#)
        let next = "apus check --project '\(quoted)' --data '\(data)'"
        #expect(lines.contains { $0.contains(next) }, "\(lines)")
    }

    @Test func `rows of tables that are not taken are counted`() throws {
        let project = try TestProject(models: [:])
        try project.write(
            Self.things + """
                CREATE TABLE public._apus_things (id integer NOT NULL);
                CREATE TABLE audit.log (id integer NOT NULL);
                COPY public.things (id, name) FROM stdin;
                1\ta
                \\.
                COPY public._apus_things (id) FROM stdin;
                1
                2
                \\.
                INSERT INTO audit.log VALUES (1), (2);
                INSERT INTO audit.log VALUES (3);

                """, to: "dump.sql")
        let (lines, code) = try project.run(["import", "postgres", project.path + "/dump.sql"])
        #expect(code == 0, "\(lines)")
        #expect(lines.contains { $0.contains("_apus_things") && $0.contains("2 rows") }, "\(lines)")
        #expect(lines.contains { $0.contains("audit.log") && $0.contains("3 rows") }, "\(lines)")
        #expect(lines.contains { $0.contains("5 rows of tables that are not taken") }, "\(lines)")
    }

    @Test func `accounts that are there twice are told`() throws {
        let project = try TestProject(models: [:])
        func account(_ digit: Int, _ email: String) -> String {
            "00000000-0000-4000-8000-00000000000\(digit)\t\(email)\n"
        }
        try project.write(
            Self.things + "CREATE TABLE auth.users (id uuid NOT NULL, email text);\n"
                + "COPY auth.users (id, email) FROM stdin;\n" + account(1, "ada@example.org")
                + account(2, "Ada@Example.org") + account(1, "bob@example.org")
                + account(3, "eve@example.org") + "4\n\\.\n", to: "dump.sql")
        let words = ["import", "postgres", project.path + "/dump.sql"]
        let (lines, code) = try project.run(words)
        #expect(code == 0, "\(lines)")
        let text = lines.joined(separator: "\n")
        #expect(text.contains("2 accounts"), "\(text)")
        #expect(text.contains("000000000002: is not taken: its address ada@example.org"), "\(text)")
        #expect(text.contains("000000000001: is not taken: another account"), "\(text)")
        #expect(text.contains("line 9: is not taken: the row has 1 value"), "\(text)")
        // Those of the project count, too.
        let again = try project.run(words + ["--force"])
        #expect(again.code == 0, "\(again.lines)")
        #expect(again.lines.contains { $0.contains("2 accounts are here already") }, "\(again.lines)")
    }

    @Test func `numbers go on where the source would have gone on`() throws {
        let project = try TestProject(models: [:])
        var script = ""
        for (name, key) in [("called", "bigint"), ("uncalled", "bigint"), ("small", "integer")] {
            script += """
                CREATE TABLE public.\(name) (id \(key) NOT NULL, name text);
                ALTER TABLE public.\(name) ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
                    SEQUENCE NAME public."\(name) numbers"
                    START WITH 1
                    INCREMENT BY 1
                );
                ALTER TABLE ONLY public.\(name) ADD CONSTRAINT \(name)_pkey PRIMARY KEY (id);

                """
        }
        script += """
            CREATE SEQUENCE public.s;
            CREATE TABLE public.counted (id bigint DEFAULT nextval('public.s'::regclass) NOT NULL);
            ALTER TABLE ONLY public.counted ADD CONSTRAINT counted_pkey PRIMARY KEY (id);
            COPY public.called (id, name) FROM stdin;
            7\tseven
            \\.
            SELECT pg_catalog.setval('public."called numbers"', 42, true);
            SELECT pg_catalog.setval('public."uncalled numbers"', 42, false);
            SELECT pg_catalog.setval('public."small numbers"', 2147483000, true);
            SELECT pg_catalog.setval('public.s', 5, true);

            """
        try project.write(script, to: "dump.sql")
        let (lines, code) = try project.run(["import", "postgres", project.path + "/dump.sql"])
        #expect(code == 0, "\(lines)")
        let server = try Backend.start(try project.options(), mode: .production(migrate: false))
        defer { server.stop() }
        let client = try HTTPClient(port: server.port, key: server.keys.service)
        for (table, number) in [
            ("called", 43), ("uncalled", 42), ("small", 2_147_483_001), ("counted", 6),
        ] {
            let answer = try client.send(
                "POST", "/rest/v1/\(table)?select=id", "{}",
                fields: [("Prefer", "return=representation")])
            #expect(answer.text == "[{\"id\":\(number)}]", "\(table)")
        }
    }

    /// What a server tells of itself, as a dump does.
    @Test(.needsPostgres) func `numbers and rights of a server's own are asked`() throws {
        let database = try PostgresServer.shared.makeDatabase()
        for role in ["anon", "authenticated"] {
            _ = try? PostgresServer.shared.client().execute("CREATE ROLE \(role) NOLOGIN")
        }
        try database.load(
            script: """
                CREATE SCHEMA shop;
                CREATE TABLE shop.things (
                    id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, name text);
                CREATE TABLE shop.parts (id serial PRIMARY KEY, name text);
                INSERT INTO shop.things (name) VALUES ('a'), ('b'), ('c');
                INSERT INTO shop.parts (name) VALUES ('a'), ('b');
                DELETE FROM shop.things WHERE id > 1;
                DELETE FROM shop.parts;
                GRANT SELECT ON ALL TABLES IN SCHEMA shop TO anon, authenticated;
                GRANT USAGE ON SCHEMA shop TO authenticated;
                """)
        for source in [database.url, try database.dump()] {
            let project = try TestProject(models: [:])
            let (lines, code) = try project.run(["import", "postgres", source, "--schema", "shop"])
            #expect(code == 0, "\(lines)")
            #expect(
                lines.contains { $0.contains("shop: anon has no USAGE of the schema") }, "\(lines)")
            let things = try project.text("Schemas/models/things.json")
            #expect(things.contains(#""read": "auth.role() = 'authenticated'""#), "\(things)")
            let server = try Backend.start(
                try project.options(), mode: .production(migrate: false))
            defer { server.stop() }
            let client = try HTTPClient(port: server.port, key: server.keys.service)
            for (table, number) in [("things", 4), ("parts", 3)] {
                let answer = try client.send(
                    "POST", "/rest/v1/\(table)?select=id", "{}",
                    fields: [("Prefer", "return=representation")])
                #expect(answer.text == "[{\"id\":\(number)}]", "\(table) of \(source)")
            }
        }
    }

    @Test func `a row that no request may carry is refused by its line`() throws {
        let project = try TestProject(models: [:])
        try project.write(
            Self.things + "COPY public.things (id, name) FROM stdin;\n1\ta\n2\t"
                + String(repeating: "x", count: 12 << 20) + "\n3\tc\n\\.\n", to: "dump.sql")
        let (lines, code) = try project.run(["import", "postgres", project.path + "/dump.sql"])
        #expect(code == 1)
        #expect(lines.contains { $0.hasPrefix("things: 1 row refused") }, "\(lines)")
        #expect(try Self.rows(project, "things").count == 2)
        let reasons = try project.text(".apus/import-refused-things.ndjson.errors")
        #expect(reasons.contains(#""line":5"#) && reasons.contains("limits.body_bytes"), "\(reasons)")
    }
}
