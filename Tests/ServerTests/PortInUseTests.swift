import Network
import PostgresTestSupport
import ServerTestSupport
import TestSupport
import Testing

/// A port that somebody else has: told before anything else is done or said.
@Suite(.blocking, .timeLimit(.minutes(10))) struct PortInUseTests {
    private let held: ListeningSocket
    private let project: TestProject

    init() throws {
        held = try ListeningSocket.bind(host: "127.0.0.1", port: 0, count: 1)[0]
        project = try TestProject()
    }

    /// What a command prints that is to listen on the port, and its exit code.
    private func output(
        _ command: [String], database: String? = nil, environment: [String: String] = [:],
        port: Int? = nil
    ) throws -> (lines: [String], code: Int32?) {
        let running = try RunningCommand(
            command + ["--project", project.path, "--listen", "127.0.0.1:\(port ?? held.port)"]
                + (database.map { ["--database", $0] } ?? []), environment: environment)
        var lines: [String] = []
        while let line = running.nextLine() { lines.append(line) }
        return (lines, running.exitCode())
    }

    private var told: [String] {
        [
            "apus: Port \(held.port) on 127.0.0.1 is in use by another process.",
            "apus: Stop the other process, or choose a port with --listen HOST:PORT (0 picks one).",
        ]
    }

    @Test(arguments: [["dev"], ["serve", "--migrate"]])
    func `a port in use is all that is told`(command: [String]) throws {
        let (lines, code) = try output(command)
        #expect(lines == told)
        #expect(code == 1)
        #expect(try project.value("SELECT count(*) FROM notes") == nil)
    }

    /// What is wrong beside the port.
    static let others: [(words: [String], environment: [String: String])] = [
        (["--database", "postgres://127.0.0.1:1/nowhere?sslmode=disable"], [:]),
        (["--tls-certificate", "/nowhere/a.pem", "--tls-key", "/nowhere/b.pem"], [:]),
        ([], ["APUS_JWT_SECRET": "short"]),
    ]

    @Test(arguments: others)
    func `what else is wrong is told before a port in use`(
        _ words: [String], _ environment: [String: String]
    ) throws {
        let taken = try output(["dev"] + words, environment: environment)
        let free = try output(["dev"] + words, environment: environment, port: 0)
        #expect(taken.code == 1 && !taken.lines.isEmpty)
        #expect(taken.lines.last == free.lines.last && taken.lines != told)
    }

    @Test(.needsPostgres)
    func `a port in use leaves a database of PostgreSQL as it is`() throws {
        let database = try PostgresServer.shared.makeDatabase()
        for _ in 1...2 {
            let (lines, code) = try output(["dev"], database: database.url)
            #expect(lines == told)
            #expect(code == 1)
        }
        let tables = "SELECT count(*) FROM pg_class WHERE relname = 'notes'"
        #expect(try database.client().value(tables) == "0")
    }
}
