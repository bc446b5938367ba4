import Bytes
import Foundation
import PostgresTestSupport
import Server
import ServerTestSupport
import TestSupport
import Testing

/// A PostgreSQL database that cannot be served from, or is away for a while.
@Suite(.blocking, .timeLimit(.minutes(10))) struct UnusableDatabaseTests {
    /// A wrong address, and what is said of it.
    struct Mistake: CustomTestStringConvertible {
        let address: String
        let told: String
        let code: Int32

        var testDescription: String { address }
    }

    static let mistakes = [
        Mistake(
            address: "foo",
            told: "--database takes the address of a PostgreSQL database, such as "
                + "postgres://apus@localhost/app, not 'foo'",
            code: 2),
        Mistake(
            address: "postgres://apus:secret@localhost/app?sslmod=require",
            told: "the database address postgres://apus:(secret)@localhost/app?sslmod=(secret): "
                + "there is no parameter 'sslmod'",
            code: 2),
        Mistake(
            address: "postgres://apus@127.0.0.1:1/app",
            told: "The database cannot be reached. 127.0.0.1:1 refused the connection: "
                + "nothing listens there.",
            code: 1),
        Mistake(
            address: "postgres://apus@/app?host=/nowhere",
            told: "The database cannot be reached. There is no socket /nowhere/.s.PGSQL.5432.",
            code: 1),
    ]

    /// What a command prints of a database, and its exit code.
    private func output(
        _ command: [String], _ address: String
    ) throws -> (lines: [String], code: Int32?) {
        let project = try TestProject()
        let running = try RunningCommand(
            command + ["--project", project.path, "--database", address] + Self.listening(command))
        var lines: [String] = []
        while let line = running.nextLine() { lines.append(line) }
        return (lines, running.exitCode())
    }

    /// Somebody may be serving a project of his own at the usual port.
    private static func listening(_ command: [String]) -> [String] {
        command == ["dev"] ? ["--listen", "127.0.0.1:0"] : []
    }

    static let commands = [["dev"], ["check"], ["keys"], ["migrate", "status"]]

    @Test(arguments: mistakes, commands)
    func `a wrong address is told with what is wrong`(
        mistake: Mistake, command: [String]
    ) throws {
        let (lines, code) = try output(command, mistake.address)
        #expect(lines.contains { $0.contains(mistake.told) }, "\(lines)")
        // What is wrong behind the scheme is a fault that 'check' has found.
        #expect(code == mistake.code || command == ["check"] && code == 1)
        #expect(!lines.contains { $0.contains(":secret@") || $0.contains("Try again") })
    }

    @Test(.needsPostgres, arguments: commands)
    func `a database that is not there is named, and what makes it`(command: [String]) throws {
        let (lines, code) = try output(
            command, try PostgresServer.shared.url(database: "nowhere"))
        #expect(
            lines.filter { $0.hasSuffix(#"database "nowhere" does not exist (3D000)."#) }.count
                == 1, "\(lines)")
        #expect(
            lines.last?.contains(
                #"CREATE DATABASE "nowhere" ENCODING 'UTF8' TEMPLATE template0;"#) == true,
            "\(lines)")
        // It was reached.
        #expect(!lines.contains { $0.contains("cannot be reached") }, "\(lines)")
        #expect(code == 1)
    }

    @Test(.needsPostgres, arguments: commands)
    func `what is printed for a database that refuses can be pasted until it is served from`(
        command: [String]
    ) throws {
        let server = try PostgresServer.shared
        let database = try server.makeDatabase()
        let admin = try server.client()
        let (name, role) = ("Odd \(database.name)", "Odd Role \(database.name)")
        defer {
            try? admin.execute("DROP DATABASE \"\(name)\" WITH (FORCE)")
            try? admin.execute("DROP ROLE \"\(role)\"")
        }
        let address =
            "postgres://\(role.replacing(" ", with: "%20"))@/\(name.replacing(" ", with: "%20"))"
            + "?host=\(server.directory)"
        var pasted: [String] = []
        var isUsable = false
        while pasted.count < 7, !isUsable {
            // It is served until it is ended, or has done its work.
            let project = try TestProject()
            let running = try RunningCommand(
                command + ["--project", project.path, "--database", address]
                    + Self.listening(command))
            let lines = running.lines(through: "listening on")
            isUsable = lines.last?.contains("listening on") == true || running.exitCode() == 0
            // 'check' has come to what the project itself lacks.
            if lines.last?.contains("'apus migrate new NAME'") == true { isUsable = true }
            if isUsable { break }
            #expect(!lines.contains { $0.contains("cannot be reached") || $0.contains("…") })
            let hint = try #require(lines.last).replacing("apus: ", with: "")
            let statement = "\(hint.prefix { $0 != ";" });"
            #expect(!pasted.contains(statement), "\(lines)")
            pasted.append(statement)
            // The rights of a database's own schema are given there.
            let isThere = try admin.value("SELECT 1 FROM pg_database WHERE datname = '\(name)'")
            let client =
                isThere == nil
                ? admin : try server.client(database: name.replacing(" ", with: "%20"))
            try client.execute(statement)
            if pasted.count == 2 {
                try admin.execute("REVOKE CONNECT, TEMPORARY ON DATABASE \"\(name)\" FROM PUBLIC")
            }
        }
        #expect(isUsable)
        #expect(
            pasted == [
                "CREATE ROLE \"\(role)\" LOGIN;",
                "CREATE DATABASE \"\(name)\" ENCODING 'UTF8' TEMPLATE template0;",
                "GRANT CONNECT ON DATABASE \"\(name)\" TO \"\(role)\";",
                "GRANT CREATE ON DATABASE \"\(name)\" TO \"\(role)\";",
                "GRANT CREATE ON SCHEMA \"public\" TO \"\(role)\";",
            ])
    }

    @Test(.needsPostgres)
    func `a database that takes no writes is told with what makes it take them`() throws {
        let server = try PostgresServer.shared
        let database = try server.makeDatabase()
        let admin = try server.client()
        try admin.execute(
            "ALTER DATABASE \(database.name) SET default_transaction_read_only = on")
        let (lines, code) = try output(["dev"], database.url)
        let hint = try #require(lines.last).replacing("apus: ", with: "")
        #expect(
            hint.hasPrefix("ALTER ROLE ")
                && hint.contains(
                    " IN DATABASE \"\(database.name)\" SET default_transaction_read_only = off;"),
            "\(lines)")
        #expect(!lines.contains { $0.contains("cannot be reached") }, "\(lines)")
        #expect(code == 1)
        try admin.execute("\(hint.prefix { $0 != ";" });")
        let (after, _) = try output(["migrate", "status"], database.url)
        #expect(after.contains { $0.contains("no migration files") }, "\(after)")
    }

    @Test(.needsPostgres)
    func `a database of another encoding is told with one that would do`() throws {
        let server = try PostgresServer.shared
        let database = try server.makeDatabase(
            options: "encoding 'LATIN1' lc_collate 'C' lc_ctype 'C'")
        let (lines, code) = try output(["dev"], database.url)
        #expect(lines.contains { $0.contains("its server_encoding is LATIN1") }, "\(lines)")
        #expect(
            lines.last?.contains(
                "CREATE DATABASE \"\(database.name)_utf8\" ENCODING 'UTF8' TEMPLATE template0;")
                == true, "\(lines)")
        #expect(!lines.contains { $0.contains("cannot be reached") }, "\(lines)")
        #expect(code == 1)
    }

    @Test(.needsPostgres, arguments: commands)
    func `a role without rights is told which it lacks`(command: [String]) throws {
        let server = try PostgresServer.shared
        let database = try server.makeDatabase()
        let role = "poor_\(database.name)"
        try server.client().execute("CREATE ROLE \(role) LOGIN")
        defer { try? server.client().execute("DROP ROLE \(role)") }
        let (lines, code) = try output(
            command, "postgres://\(role)@/\(database.name)?host=\(server.directory)")
        #expect(lines.contains { $0.contains("\(role) may not make schemas in it") }, "\(lines)")
        #expect(lines.last?.contains("GRANT CREATE ON DATABASE") == true, "\(lines)")
        // All at once.
        #expect(lines.last?.contains("GRANT CREATE ON SCHEMA \"public\" TO") == true, "\(lines)")
        #expect(code == 1)
    }

    @Test(.needsPostgres, arguments: commands)
    func `a role that another one has served with is told whose the schema is`(
        command: [String]
    ) throws {
        let server = try PostgresServer.shared
        let database = try server.makeDatabase()
        let (first, second) = ("first_\(database.name)", "Second_\(database.name)")
        try server.client().execute(
            """
            CREATE ROLE \(first) LOGIN; CREATE ROLE "\(second)" LOGIN;
            GRANT CREATE ON DATABASE \(database.name) TO \(first), "\(second)"
            """)
        let client = try database.client()
        try client.execute("GRANT CREATE ON SCHEMA public TO \(first), \"\(second)\"")
        defer {
            try? client.execute(
                """
                DROP OWNED BY \(first), "\(second)" CASCADE; DROP ROLE \(first), "\(second)"
                """)
        }
        func address(_ role: String) -> String {
            "postgres://\(role)@/\(database.name)?host=\(server.directory)"
        }
        let project = try TestProject()
        try Backend.start(
            ServerOptions(
                project: project.path, listen: "127.0.0.1:0", logLevel: "error",
                database: address(first)), mode: .development
        ).stop()
        let (lines, code) = try output(command, address(second))
        #expect(
            lines.contains { $0.contains("Its schema _apus belongs to the role \(first)") },
            "\(lines)")
        #expect(
            lines.last?.contains("GRANT \(first) TO \"\(second)\"") == true, "\(lines)")
        #expect(code == 1)
        try client.execute("GRANT \(first) TO \"\(second)\"")
        let (after, _) = try output(["migrate", "status"], address(second))
        #expect(after.contains { $0.contains("no migration files") }, "\(after)")
    }

    @Test(.needsPostgres)
    func `a server whose database is away says so, and goes on when it is back`() async throws {
        let server = try PostgresServer.makeOwn()
        let database = try server.makeDatabase()
        let project = try TestProject()
        let options = try ServerOptions(
            project: project.path, listen: "127.0.0.1:0", logLevel: "error",
            database: database.url)
        let backend = try Backend.start(options, mode: .development)
        defer { backend.stop() }
        let client = try HTTPClient(port: backend.port, key: backend.keys.service)
        func status(_ method: String, _ path: String, _ body: String = "") throws -> Int {
            try client.send(method, path, body).status
        }
        #expect(try status("POST", "/rest/v1/notes", #"{"text":"before"}"#) == 201)
        #expect(try status("GET", "/ready") == 200)
        try server.stop()
        for method in ["GET", "POST"] {
            let refused = try client.send(
                method, "/rest/v1/notes", method == "GET" ? "" : #"{"text":"lost"}"#)
            #expect(refused.status == 503 && refused.field("Retry-After") != nil)
        }
        let ready = try client.send("GET", "/ready")
        #expect(ready.status == 503)
        #expect(try ready.json["status"]?.string == "database_unreachable")
        try server.start()
        #expect(await eventually { (try? status("GET", "/ready")) == 200 })
        #expect(
            await eventually {
                (try? status("POST", "/rest/v1/notes", #"{"text":"after"}"#)) == 201
            })
        let rows = try client.send("GET", "/rest/v1/notes?select=text&order=id")
        #expect(rows.text == #"[{"text":"before"},{"text":"after"}]"#)
    }

    @Test(.needsPostgres)
    func `a server for which its database has no room says so, and goes on when it has`()
        async throws
    {
        let server = try PostgresServer.makeOwn(settings: ["max_connections = 20"])
        let database = try server.makeDatabase()
        let project = try TestProject()
        let command = try RunningCommand([
            "dev", "--project", project.path, "--listen", "127.0.0.1:0", "--database",
            database.url,
        ])
        let line = command.lines(through: "listening on").last ?? ""
        let port = try #require(Int(line.split(separator: ":").last ?? ""))
        let client = try HTTPClient(
            port: port, key: try APIKeys.load(try project.options()).service)
        var others: [PostgresClient] = []
        for _ in 0..<2 {
            while others.count < 100, let other = try? server.client() { others.append(other) }
            // What it has it goes on with: nothing but what its feed may have got again.
            try others[0].execute(
                """
                SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                WHERE application_name = 'apus'
                """)
        }
        while others.count < 100, let other = try? server.client() { others.append(other) }
        for _ in 0..<2 {
            for method in ["GET", "POST"] {
                let start = ContinuousClock.now
                let refused = try client.send(
                    method, "/rest/v1/notes", method == "GET" ? "" : #"{"text":"lost"}"#)
                #expect(refused.status == 503, "\(refused.text)")
                #expect(refused.field("Retry-After") == "1")
                #expect(ContinuousClock.now - start < .seconds(4))
            }
        }
        let ready = try client.send("GET", "/ready")
        #expect(ready.status == 503)
        #expect(try ready.json["status"]?.string == "database_unreachable")
        others.removeAll()
        #expect(await eventually { (try? client.send("GET", "/ready").status) == 200 })
        #expect(try client.send("POST", "/rest/v1/notes", #"{"text":"after"}"#).status == 201)
        #expect(
            try client.send("GET", "/rest/v1/notes?select=text").text == #"[{"text":"after"}]"#)
        let log = command.lines(through: "There are connections to the database again")
        #expect(log.count { $0.contains("warning: No connection to the database") } == 1, "\(log)")
        #expect(log.last?.contains("There are connections") == true, "\(log)")
    }
}
