import Bytes
import Crypto
import Foundation
import PostgresTestSupport
import Server
import ServerTestSupport
import TestSupport
import Testing

/// `apus import postgres` from a Supabase project's dump, and from the database itself.
@Suite(.timeLimit(.minutes(10))) struct PostgresImportTests {
    private static let ada = "00000000-0000-4000-8000-00000000000a"
    private static let fixture = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Foreign/supabase.sql").path

    private static func rows(_ client: HTTPClient, _ target: String) throws -> String {
        let answer = try client.send("GET", "/rest/v1/" + target)
        return answer.status == 200 ? answer.text : "\(answer.status) \(answer.text)"
    }

    /// Whether rows as JSON are the same, however they are spaced.
    private static func same(_ rows: String, _ expected: String) throws -> Bool {
        func tree(_ text: String) throws -> NSArray? {
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSArray
        }
        return try tree(rows) == tree(expected)
    }

    private static func report(_ project: TestProject) throws -> String {
        try String(contentsOfFile: project.data + "/import-report.md", encoding: .utf8)
    }

    @Test func `a dump becomes a project that checks, serves and holds the rows`() throws {
        let project = try TestProject(models: [:])
        let (lines, code) = try project.run(["import", "postgres", Self.fixture])
        #expect(code == 0, "\(lines)")
        let check = try project.run(["check"])
        #expect(check.code == 0, "\(check.lines)")
        try checkFiles(project)
        try checkReport(project, lines.joined(separator: "\n"))
        try checkRows(project)
    }

    private func checkFiles(_ project: TestProject) throws {
        let messages = try project.text("Schemas/models/messages.json")
        for part in [
            #""identity": true"#, #""realtime": true"#, #""name": "messages_author_profile""#,
            #""onDelete": "cascade""#, #""body_not_blank": "length(trim(body)) > 0""#,
            #""on": ["room_id", "sent_at desc"]"#, #""default": {"$expr": "auth.uid()"}"#,
            #""check": "author_id = auth.uid() and length(body) < 5000 and "#,
            #""computed": "length(body)""#,
        ] { #expect(messages.contains(part), "\(part) in \(messages)") }
        #expect(!messages.contains(#""delete""#), "a policy that is not translated allows nothing")
        let profiles = try project.text("Schemas/models/profiles.json")
        #expect(profiles.contains(#""onUpdate": {"$expr": "now()"}"#))
        #expect(profiles.contains(#""pattern": "^https?://""#))
        #expect(profiles.contains(#""unique": [["username"]]"#))
        let secrets = try project.text("Schemas/models/secrets.json")
        #expect(!secrets.contains("access"))
        let orders = try project.text("Schemas/models/orders.json")
        #expect(orders.contains(#""enum": ["new", "paid", "sent"]"#) && orders.contains(#""minimum": 0"#))
        // What is written has the form that it is to have.
        let form = try project.run(["fmt", "--check"])
        #expect(form.code == 0, "\(form.lines)")
    }

    private func checkReport(_ project: TestProject, _ printed: String) throws {
        let page = try Self.report(project)
        for name in [
            "messages: Recent only", "secrets: Paths",
            "orders.token", "orders.weight", "messages: messages_labels", "profiles: profiles_lower",
            "profiles: profiles_id_fkey", "public_rooms", "room_stats", "visits",
            "storage.buckets",
        ] {
            #expect(page.contains(name), "\(name) in \(page)")
            #expect(printed.contains(name), "\(name) in \(printed)")
        }
        #expect(page.contains("| messages | 3 | 0 |"))
        #expect(page.contains("EVERY row") && page.contains("had a password"))
        #expect(page.contains("signed in by google"))
    }

    /// A token of somebody who has not signed in here, as who operates the server makes one.
    private static func token(of id: String, in project: TestProject) throws -> String {
        let file = try Data(contentsOf: URL(filePath: project.data + "/secrets.json"))
        let secret = try #require(try JSONDocument(parsing: Array(file)).root["jwt_secret"]?.string)
        let claims = #"{"sub": "\#(id)", "role": "authenticated", "exp": 4102444800}"#
        let key = try #require(JWTKey(.hmacSHA256(secret: Array(secret.utf8))))
        return JWT.sign(Array(claims.utf8), with: key)
    }

    private func checkRows(_ project: TestProject) throws {
        let server = try Backend.start(try project.options(), mode: .production(migrate: false))
        defer { server.stop() }
        let anon = try HTTPClient(port: server.port, key: server.keys.anonymous)
        let service = try HTTPClient(port: server.port, key: server.keys.service)
        let client = try HTTPClient(
            port: server.port, key: server.keys.anonymous,
            token: try Self.token(of: Self.ada, in: project))
        let message = try Self.rows(
            service, "messages?id=eq.7&select=body,attachment,labels,grid,extra,sent_at")
        #expect(
            try Self.same(
                message,
                #"[{"body":"tab\there\nline \\N \"quoted\" 'single' é 🦊","#
                    + #""attachment":"\\x00ff10","labels":["plain", "with, comma", "q\"uote", "#
                    + #""back\\slash", null, ""],"grid":[[1, 2], [3, 4]],"#
                    + #""extra":{"a": [1, 2.50, "x\ny"]},"#
                    + #""sent_at":"2024-05-06T07:08:09.123456+00:00"}]"#), "\(message)")
        #expect(
            try Self.rows(service, "orders?id=eq.5&select=total,weight,due,small,at_time,code")
                == #"[{"total":1234567890.05,"weight":0.1,"due":"1 day 02:00:00","small":-3,"#
                + #""at_time":"10:15:00.5","code":"abcd"}]"#)
        #expect(try Self.rows(service, "nodes?select=id,parent&order=id") ==
            #"[{"id":1,"parent":null},{"id":2,"parent":1},{"id":3,"parent":2}]"#)
        #expect(try Self.rows(service, "departments?select=id,head&order=id") ==
            #"[{"id":1,"head":10},{"id":2,"head":null}]"#)
        // The numbers go on.
        let answer = try service.send(
            "POST", "/rest/v1/orders?select=id", #"{"customer": "\#(Self.ada)"}"#,
            fields: [("Prefer", "return=representation")])
        #expect(answer.text == #"[{"id":10}]"#)
        // Everybody sees what policies let them.
        #expect(try Self.rows(anon, "rooms?select=name") == #"[{"name":"Open"}]"#)
        #expect(try Self.rows(anon, "messages?select=id") == "[]")
        #expect(try Self.rows(anon, "visits?select=id") == #"[{"id":1}]"#)
        #expect(
            try Self.rows(client, "rooms?select=name&order=name")
                == #"[{"name":"General"},{"name":"Open"}]"#)
        #expect(
            try Self.rows(client, "messages?select=id&order=id") == #"[{"id":7},{"id":41}]"#)
        #expect(try Self.rows(client, "orders?select=id&order=id") == #"[{"id":5},{"id":9},{"id":10}]"#)
        let user = try client.send("GET", "/auth/v1/user")
        #expect(try user.json["email"]?.string == "ada@example.org", "\(user.text)")
        #expect(try user.json["user_metadata"]?["name"]?.string == #"Ada "L""#)
    }

    @Test func `nothing is written by a dry run, and nothing is written over`() throws {
        let project = try TestProject(models: [:])
        let (lines, code) = try project.run(["import", "postgres", Self.fixture, "--dry-run"])
        #expect(code == 0 && lines.first?.hasPrefix("would make 11 models") == true, "\(lines)")
        #expect(!FileManager.default.fileExists(atPath: project.path + "/Schemas"))
        let there = try TestProject()
        let before = try there.text("Schemas/models/notes.json")
        let refused = try there.run(["import", "postgres", Self.fixture])
        #expect(refused.code == 1 && refused.lines.contains { $0.contains("Schemas/ already") })
        let forced = try there.run(["import", "postgres", Self.fixture, "--force", "--no-rows"])
        #expect(forced.code == 0, "\(forced.lines)")
        #expect(try there.text("Schemas/models/notes.json") == before)
        #expect(try there.run(["check"]).code == 0)
    }

    @Test func `rows that are refused are told, and the others are in`() throws {
        let project = try TestProject(models: [:])
        try project.write(
            """
            CREATE TABLE public.things (id integer NOT NULL, name character varying(3));
            ALTER TABLE ONLY public.things ADD CONSTRAINT things_pkey PRIMARY KEY (id);
            INSERT INTO public.things VALUES (1, 'abc');
            INSERT INTO public.things VALUES (2, 'it''s long'), (3, NULL);
            INSERT INTO public.things (id) VALUES (4);
            COPY public.things (id, name) FROM stdin;
            5\tx
            6
            7\t\\N
            \\.
            """, to: "dump.sql")
        let (lines, code) = try project.run(["import", "postgres", project.path + "/dump.sql"])
        #expect(code == 1, "\(lines)")
        #expect(lines.contains { $0.contains("things: 2 rows refused") }, "\(lines)")
        let server = try Backend.start(try project.options(), mode: .production(migrate: false))
        defer { server.stop() }
        let service = try HTTPClient(port: server.port, key: server.keys.service)
        let rows = try Self.rows(service, "things?select=id&order=id")
        #expect(rows == #"[{"id":1},{"id":3},{"id":4},{"id":5},{"id":7}]"#)
        let refused = try String(
            contentsOfFile: project.data + "/import-refused-things.ndjson.errors", encoding: .utf8)
        #expect(refused.contains(#""line":4"#) && refused.contains(#""line":8"#), "\(refused)")
    }

    @Test(.needsPostgres) func `a database gives the files that its own dump gives`() throws {
        let database = try PostgresServer.shared.makeDatabase()
        let client = try PostgresServer.shared.client()
        for role in ["anon", "authenticated", "service_role"] {
            let bypass = role == "service_role" ? "BYPASSRLS" : ""
            _ = try? client.execute("CREATE ROLE \(role) NOLOGIN \(bypass)")
        }
        let script = try String(contentsOfFile: Self.fixture, encoding: .utf8)
        try database.load(
            script: script.split(separator: "\n", omittingEmptySubsequences: false)
                .filter { !$0.hasPrefix("\\restrict") && !$0.hasPrefix("\\unrestrict") }
                .joined(separator: "\n"))
        let (live, dumped) = (try TestProject(models: [:]), try TestProject(models: [:]))
        let inserted = try TestProject(models: [:])
        let (lines, code) = try live.run(["import", "postgres", database.url])
        #expect(code == 0, "\(lines)")
        let dump = try database.dump()
        let (others, otherCode) = try dumped.run(["import", "postgres", dump])
        #expect(otherCode == 0, "\(others)")
        let third = try inserted.run(["import", "postgres", try database.dump("--inserts")])
        #expect(third.code == 0, "\(third.lines)")
        let folder = live.path + "/Schemas/models"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(names.count == 11)
        for name in names {
            let file = "Schemas/models/\(name)"
            #expect(try live.text(file) == dumped.text(file))
            #expect(try live.text(file) == inserted.text(file))
        }
        try checkRows(live)
        try checkRows(inserted)
    }

    @Test(.needsPostgres) func `a database that is no Supabase project is imported, too`() throws {
        let database = try PostgresServer.shared.makeDatabase()
        let script = Self.fixture.replacing("supabase.sql", with: "cinema.sql")
        try database.load(script: try String(contentsOfFile: script, encoding: .utf8))
        let (live, dumped) = (try TestProject(models: [:]), try TestProject(models: [:]))
        let (lines, code) = try live.run(["import", "postgres", database.url])
        let (others, otherCode) = try dumped.run(["import", "postgres", try database.dump()])
        // A time without an end is none here.
        #expect(code == 1 && otherCode == 1, "\(lines)\n\(others)")
        #expect(lines.contains { $0.hasPrefix("log: 1 row refused") })
        let check = try live.run(["check"])
        #expect(check.code == 0, "\(check.lines)")
        for name in ["film", "film_category", "language", "log", "payment", "staff", "store"] {
            let file = "Schemas/models/\(name).json"
            #expect(try live.text(file) == dumped.text(file))
            let rows = ["film": 60, "film_category": 60, "language": 2, "log": 0, "payment": 60,
                "staff": 2, "store": 2]
            let page = try Self.report(live)
            #expect(page.contains("| \(name) | \(rows[name] ?? 0) |"), "\(page)")
        }
        #expect(!FileManager.default.fileExists(atPath: live.path + "/Schemas/models/payment_2025.json"))
    }
}
