import Bytes
import Foundation
import PostgresTestSupport
import PostgresWire
import Server
import ServerTestSupport
import TestSupport
import Testing

/// `apus export postgres`, proved by asking both sides the same as the same people. One after the
/// other: roles are of the whole server, and two scripts that make them side by side fail.
@Suite(.needsPostgres, .serialized, .timeLimit(.minutes(10))) struct PostgresExportTests {
    private static let tables = [
        "profiles": "id", "rooms": "id", "members": "room_id,user_id", "messages": "id",
    ]

    /// Who asks, of both sides.
    struct Person {
        let name: String
        let role: String
        let id: String?
        let client: HTTPClient

        var claims: String {
            let user = id.map { #""sub": "\#($0)", "aal": "aal1", "email": "\#(name)@example.org", "# }
            return "{\(user ?? "")\"role\": \"\(role)\"}"
        }
    }

    /// The sample project with a few people, served, and what was exported of it.
    struct Sides {
        let server: TestBackend
        let people: [Person]
        let database: TestDatabase
        let room: String
        let other: String

        /// What PostgreSQL answers somebody: the rows of a query as JSON, or the code of its fault.
        func ask(_ sql: String, as person: Person) throws -> (rows: String?, code: String?) {
            let client = try database.client()
            try client.execute("BEGIN")
            try client.execute("SET LOCAL timezone = 'UTC'; SET LOCAL ROLE \(person.role)")
            try client.execute(
                "SELECT set_config('request.jwt.claims', '\(person.claims)', true)")
            do {
                let rows = try client.value(sql)
                try client.execute("COMMIT")
                return (rows ?? nil, nil)
            } catch let error as ServerError {
                return (nil, error.sqlState.text)
            }
        }
    }

    static func run(
        _ words: [String], in project: TestProject
    ) throws -> (lines: [String], code: Int32?) {
        let command = try RunningCommand(words + ["--project", project.path])
        var lines: [String] = []
        while let line = command.nextLine() { lines.append(line) }
        return (lines, command.exitCode())
    }

    static func send(
        _ client: HTTPClient, _ table: String, _ row: String
    ) throws {
        let answer = try client.send("POST", "/rest/v1/\(table)", row)
        try #require(answer.status == 201, "\(answer.text)")
    }

    private static func id(_ number: Int) -> String {
        "00000000-0000-7000-8000-00000000000\(number)"
    }

    /// The export of a project.
    static func script(of server: TestBackend) throws -> String {
        let file = server.project.path + "/script.sql"
        let (lines, code) = try run(["export", "postgres", file], in: server.project)
        try #require(code == 0, "\(lines)")
        return try String(contentsOfFile: file, encoding: .utf8)
    }

    /// What an export is written as.
    enum Form: CaseIterable { case script, folder }

    /// A database of PostgreSQL's that the export of a project has made.
    static func exported(_ server: TestBackend, _ form: Form = .script) throws -> TestDatabase {
        let database = try PostgresServer.shared.makeDatabase()
        switch form {
        case .script: try database.load(script: try script(of: server))
        case .folder:
            let folder = server.project.path + "/it's out"
            let (lines, code) = try run(
                ["export", "postgres", "--to", folder], in: server.project)
            try #require(code == 0, "\(lines)")
            try database.load("load.sql", ofFolder: folder)
        }
        return database
    }

    private static func sides(_ form: Form = .script) throws -> Sides {
        let server = try TestBackend()
        let (ada, bob, cyd) = (
            try server.join("ada"), try server.join("bob"), try server.join("cyd")
        )
        let service = try server.serviceClient()
        let (room, other) = (id(1), id(2))
        try send(service, "rooms", #"{"id": "\#(room)", "name": "a\tb\\n", "owner_id": "\#(ada.id)"}"#)
        try send(service, "rooms", #"{"id": "\#(other)", "name": "B", "owner_id": "\#(bob.id)"}"#)
        try send(service, "members", #"{"room_id": "\#(room)", "user_id": "\#(bob.id)"}"#)
        for (number, author, place) in [
            (3, ada.id, room), (4, bob.id, room), (5, bob.id, other), (6, ada.id, room),
        ] {
            try send(
                service, "messages",
                #"{"id": "\#(id(number))", "room_id": "\#(place)", "author_id": "\#(author)", "#
                    + #""body": "é \\ \" \n \#(number)", "mentions": ["\#(bob.id)"]}"#)
        }
        let database = try exported(server, form)
        let people = [
            Person(name: "anon", role: "anon", id: nil, client: try server.client()),
            Person(
                name: "ada", role: "authenticated", id: ada.id,
                client: try server.client(token: ada.token)),
            Person(
                name: "bob", role: "authenticated", id: bob.id,
                client: try server.client(token: bob.token)),
            Person(
                name: "cyd", role: "authenticated", id: cyd.id,
                client: try server.client(token: cyd.token)),
            Person(name: "service", role: "service_role", id: nil, client: service),
        ]
        return Sides(
            server: server, people: people, database: database, room: room, other: other)
    }

    /// Compares what somebody reads of each table.
    private static func compareReads(
        _ sides: Sides, as person: Person, of tables: [String: String] = tables
    ) throws {
        for (table, key) in tables {
            let answer = try person.client.send("GET", "/rest/v1/\(table)?order=\(key)")
            #expect(answer.status == 200)
            let (rows, code) = try sides.ask(
                "SELECT coalesce(json_agg(t ORDER BY \(key)), '[]') FROM \(table) AS t",
                as: person)
            #expect(code == nil, "\(person.name) reads \(table)")
            let (ours, theirs) = (try parsed(answer.text), try parsed(rows ?? ""))
            #expect(ours.isEqual(to: theirs as! [Any]), "\(person.name) \(table) \(answer.text)")
        }
    }

    private static func parsed(_ text: String, without left: Set<String> = []) throws -> NSArray {
        let rows = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]]
        return (rows ?? []).map { $0.filter { !left.contains($0.key) } } as NSArray
    }

    @Test(arguments: Form.allCases)
    func `everybody reads the same, and a stock server takes the script`(form: Form) throws {
        let sides = try Self.sides(form)
        for person in sides.people { try Self.compareReads(sides, as: person) }
    }

    /// Models with what the sample does not have: references in a circle, paths, delegation,
    /// functions of the rule language, computed columns, columns that nobody may see or write.
    private static let models = [
        "teams": #"""
        {"properties": {"id": {"type": "integer", "identity": true}, "name": {"type": "string"},
           "lead": {"type": "integer", "references": {"model": "people", "as": "head"}}},
         "indexes": [{"on": ["name desc"], "where": "lead is not null"}],
         "access": {"read": "head.owner = auth.uid() or lower(name) = 'äöü'", "update": "true"}}
        """#,
        "people": #"""
        {"properties": {"id": {"type": "integer", "identity": true},
           "owner": {"type": "string", "format": "uuid", "default": {"$expr": "auth.uid()"}},
           "team": {"type": "integer", "references": {"model": "teams", "as": "crew"}},
           "email": {"type": "string"}, "level": {"type": "string", "format": "decimal",
             "precision": 6, "scale": 2, "minimum": 0},
           "more": {"type": "object"}, "file": {"type": "string", "format": "byte"},
           "token": {"type": "string", "access": {"read": false}},
           "mark": {"type": "string", "format": "uuid", "default": {"$expr": "uuidv7()"}},
           "at": {"type": "string", "format": "date-time", "onUpdate": {"$expr": "now()"}}},
         "realtime": true,
         "access": {
           "read": "owner = auth.uid() or can(read, crew) or more ->> 'open' = 'yes' or level > 2.5",
           "create": "owner = auth.uid() and coalesce(auth.jwt() ->> 'aal', '') = 'aal1'",
           "update": {"using": "true", "check": "level >= old.level and not changed(owner)"},
           "delete": "email ilike 'É%' or starts_with(email, auth.email())"}}
        """#,
    ]

    @Test func `rules that look further mean the same`() throws {
        let server = try TestBackend(models: Self.models)
        let users = [try server.signUp("ada@example.org"), try server.signUp("bob@example.org")]
        let service = try server.serviceClient()
        try Self.send(service, "teams", #"[{"name": "ÄÖÜ"}, {"name": "b"}, {"name": "c"}]"#)
        var rows: [String] = []
        for number in 1...24 {
            rows.append(
                #"{"owner": "\#(users[number % 2].id)", "team": \#(number % 3 + 1), "#
                    + #""email": "\#(["é", "ada@example.org", "x"][number % 3])\#(number)", "#
                    + #""level": \#(Double(number) / 8 - 0.125), "file": "\\x00\#(number + 10)", "#
                    + #""more": {"open": \#(number % 5 == 0 ? "\"yes\"" : "[1]")}, "token": "t"}"#)
        }
        try Self.send(service, "people", "[" + rows.joined(separator: ",") + "]")
        for (team, lead) in [(2, 1), (3, 2)] {
            let answer = try service.send(
                "PATCH", "/rest/v1/teams?id=eq.\(team)", "{\"lead\": \(lead)}")
            #expect(answer.status == 204, "\(answer.text)")
        }
        let sides = Sides(
            server: server,
            people: [
                Person(name: "anon", role: "anon", id: nil, client: try server.client()),
                Person(
                    name: "ada", role: "authenticated", id: users[0].id,
                    client: try server.client(token: users[0].token)),
                Person(
                    name: "bob", role: "authenticated", id: users[1].id,
                    client: try server.client(token: users[1].token)),
                Person(name: "service", role: "service_role", id: nil, client: service),
            ], database: try Self.exported(server), room: "", other: "")
        for person in sides.people {
            try Self.compareReads(sides, as: person, of: ["teams": "id"])
            let answer = try person.client.send("GET", "/rest/v1/people?select=id&order=id")
            let ours = try Self.parsed(answer.text)
            let theirs = try sides.ask(
                "SELECT json_agg(t) FROM (SELECT id FROM people ORDER BY id) AS t", as: person)
            let rows = try Self.parsed(theirs.rows ?? "[]")
            #expect(ours.isEqual(to: rows as! [Any]), "\(person.name): \(answer.text)")
            #expect(theirs.code == nil)
        }
        try checkWrites(sides)
    }

    private func checkWrites(_ sides: Sides) throws {
        let (anon, ada) = (sides.people[0], sides.people[1])
        let hidden = try sides.ask("SELECT token FROM people", as: ada)
        #expect(hidden.code == "42501")
        for (attempt, person) in [
            (Attempt.update("people", "id", "24", "level", "9"), ada),
            (.update("people", "id", "24", "level", "1"), ada),
            (.update("people", "id", "24", "email", "new"), ada),
            (.insert("people", [("level", "1")]), ada), (.insert("people", [("level", "1")]), anon),
            (.insert("people", [("level", "-1")]), ada), (.delete("people", "email", "é3"), ada),
            (.delete("people", "id", "4"), ada), (.delete("people", "id", "2"), anon),
        ] {
            let answer = try person.client.send(
                attempt.method, "/rest/v1/" + attempt.target, attempt.body)
            let code = answer.status < 300 ? nil : try answer.json["code"]?.string
            let theirs = try sides.ask(attempt.sql, as: person)
            #expect(code == theirs.code, "\(person.name): \(attempt.sql): \(answer.text)")
        }
        let service = try #require(sides.people.last)
        let target = "/rest/v1/people?select=id,level,email,owner&order=id"
        let answer = try service.client.send("GET", target)
        let theirs = try sides.ask(
            "SELECT json_agg(t) FROM (SELECT id, level, email, owner FROM people ORDER BY id) AS t",
            as: service)
        let ours = try Self.parsed(answer.text)
        #expect(
            ours.isEqual(to: try Self.parsed(theirs.rows ?? "") as! [Any]),
            "\(answer.text) \(theirs.rows ?? "")")
        let touched = try sides.ask("SELECT at IS NOT NULL FROM people WHERE id = 24", as: service)
        #expect(touched.rows == "t")
    }

    /// A write as both sides are told it.
    private struct Attempt {
        let method: String
        let target: String
        let body: String
        let sql: String

        /// A new row.
        static func insert(_ table: String, _ row: [(String, String)]) -> Attempt {
            let members = row.map { "\"\($0)\": \"\($1)\"" }.joined(separator: ", ")
            return Attempt(
                method: "POST", target: table, body: "{\(members)}",
                sql: "INSERT INTO \(table) (\(row.map(\.0).joined(separator: ", "))) VALUES ("
                    + row.map { "'\($1)'" }.joined(separator: ", ") + ")")
        }

        /// Values of rows whose column is something.
        static func update(
            _ table: String, _ column: String, _ value: String, _ name: String, _ text: String
        ) -> Attempt {
            Attempt(
                method: "PATCH", target: "\(table)?\(column)=eq.\(value)",
                body: "{\"\(name)\": \"\(text)\"}",
                sql: "UPDATE \(table) SET \(name) = '\(text)' WHERE \(column) = '\(value)'")
        }

        static func delete(_ table: String, _ column: String, _ value: String) -> Attempt {
            Attempt(
                method: "DELETE", target: "\(table)?\(column)=eq.\(value)", body: "",
                sql: "DELETE FROM \(table) WHERE \(column) = '\(value)'")
        }
    }

    private static func attempts(_ sides: Sides) -> [Attempt] {
        let (ada, bob, cyd) = (
            sides.people[1].id ?? "", sides.people[2].id ?? "", sides.people[3].id ?? ""
        )
        var attempts: [Attempt] = []
        for (number, author) in [ada, bob, cyd].enumerated() {
            attempts.append(
                .insert("messages", [("room_id", sides.room), ("author_id", author), ("body", "n")]))
            attempts.append(.insert("rooms", [("name", "r\(number)"), ("owner_id", author)]))
            attempts.append(.update("profiles", "id", author, "full_name", "f\(number)"))
        }
        return attempts + [
            .insert("messages", [("room_id", sides.room), ("body", "mine")]),
            .insert("messages", [("room_id", sides.room), ("author_id", ada), ("body", "  ")]),
            .insert("members", [("room_id", sides.room), ("user_id", cyd), ("role", "moderator")]),
            .insert("members", [("room_id", sides.room), ("user_id", cyd), ("role", "king")]),
            .insert("members", [("room_id", sides.other), ("user_id", cyd), ("joined_at", "2026-01-01T00:00:00Z")]),
            .update("members", "user_id", cyd, "role", "member"),
            .update("members", "user_id", bob, "room_id", sides.other),
            .update("messages", "id", id(3), "body", "changed"),
            .update("messages", "id", id(3), "room_id", sides.other),
            .update("messages", "id", id(4), "author_id", ada),
            .update("messages", "id", id(4), "body", ""),
            .update("messages", "id", id(4), "created_at", "2026-01-01T00:00:00Z"),
            .update("rooms", "id", sides.room, "name", "renamed"),
            .update("profiles", "id", cyd, "id", bob),
            .delete("messages", "id", id(5)), .delete("messages", "id", id(6)),
            .delete("members", "user_id", cyd), .delete("rooms", "id", sides.other),
        ]
    }

    /// Each person tries everything; after each attempt both sides hold the same.
    @Test func `what somebody may write is allowed, and all else refused, on both sides`() throws {
        let sides = try Self.sides()
        let service = try #require(sides.people.last)
        let computed: Set = ["edited_at", "created_at", "joined_at", "id"]
        for person in sides.people {
            for attempt in Self.attempts(sides) {
                let answer = try person.client.send(
                    attempt.method, "/rest/v1/" + attempt.target, attempt.body)
                var code = answer.status < 300 ? nil : try answer.json["code"]?.string
                // A column that nobody may write is one without the privilege there.
                if code == "428C9" { code = "42501" }
                let theirs = try sides.ask(attempt.sql, as: person)
                #expect(code == theirs.code, "\(person.name): \(attempt.sql): \(answer.text)")
            }
            try compare(sides, service, without: computed, "after \(person.name)")
        }
    }

    /// What the service reads, in an order that has nothing to do with what either side has made.
    private func compare(
        _ sides: Sides, _ person: Person, without left: Set<String>, _ comment: String
    ) throws {
        for table in Self.tables.keys {
            let answer = try person.client.send("GET", "/rest/v1/\(table)")
            let (rows, _) = try sides.ask(
                "SELECT coalesce(json_agg(t), '[]') FROM \(table) AS t", as: person)
            let texts = try [answer.text, rows ?? ""].map { text in
                let rows = try Self.parsed(text, without: left) as! [[String: Any]]
                return try rows.map { row in
                    let data = try JSONSerialization.data(
                        withJSONObject: row, options: .sortedKeys)
                    return String(data: data, encoding: .utf8) ?? ""
                }.sorted()
            }
            #expect(texts[0] == texts[1], "\(table) \(comment)")
        }
    }
}
