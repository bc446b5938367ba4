import ServerTestSupport
import Testing

/// The API keys and their names.
@Suite(.timeLimit(.minutes(10))) struct KeysCommandTests {
    private let project: TestProject

    init() throws { project = try TestProject() }

    private func keys(_ words: String...) throws -> RunningCommand {
        try RunningCommand(["keys"] + words + ["--project", project.path])
    }

    @Test func `dev calls the keys what the command calls them`() throws {
        let rows = try RunningCommand(["dev", "--project", project.path, "--listen", "127.0.0.1:0"])
            .lines(through: "listening on")
            .map { $0.split(separator: " ").map(String.init) }.filter { $0.count == 2 }
        for name in ["anon", "service_role"] {
            let key = try #require(try keys(name).nextLine())
            #expect(rows.contains([name, key]))
        }
    }

    @Test func `a name that is none is answered with the nearest`() throws {
        let refused = try keys("service")
        #expect(
            refused.nextLine()
                == "apus: 'apus keys' takes one of anon and service_role, not 'service'; "
                + "did you mean 'service_role'?")
        #expect(refused.exitCode() == 2)
    }
}
