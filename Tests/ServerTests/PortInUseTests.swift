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
        _ command: [String], database: String? = nil
    ) throws -> (lines: [String], code: Int32?) {
        let running = try RunningCommand(
            command + ["--project", project.path, "--listen", "127.0.0.1:\(held.port)"]
                + (database.map { ["--database", $0] } ?? []))
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
