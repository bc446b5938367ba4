import Foundation
import ServerTestSupport
import Testing

/// The options that say where the project and its data are and what is logged: a script gives them
/// to every command alike.
@Suite struct CommonOptionTests {
    static let commands = [
        "init", "dev", "serve", "check", "fmt", "migrate new", "migrate up", "migrate status",
        "backup", "restore", "settings", "keys", "completion", "version",
    ]

    static let options = [
        ["--project", "/tmp"], ["--data", "/tmp/data"], ["--log-level", "error"],
        ["--log-format", "json"],
    ]

    @Test(arguments: commands)
    func `every command takes the common options`(command: String) throws {
        for option in Self.options {
            let words = command.split(separator: " ").map(String.init) + option + ["--help"]
            let running = try RunningCommand(words)
            let first = try #require(running.nextLine())
            #expect(first.hasPrefix("apus \(command): "), "\(option): \(first)")
            #expect(running.exitCode() == 0)
        }
    }

    @Test func `a migration is written whatever the data directory is`() throws {
        let project = try TestProject()
        let running = try RunningCommand([
            "migrate", "new", "first", "--project", project.path, "--data", project.path + "/data",
        ])
        #expect(running.nextLine()?.hasSuffix("_first.sql") == true)
        #expect(running.exitCode() == 0)
    }
}
