import Configuration
import Diagnostics
import Server
import ServerTestSupport
import TestSupport
import Testing

/// A password in a database's address that nobody has encoded: whatever is wrong then, no part of
/// it is told.
@Suite(.blocking, .timeLimit(.minutes(10))) struct PasswordSecrecyTests {
    /// What is special in an address, more often than by chance.
    private static let special = Array("#?%/@:&=[],;+ '\"\\")

    private static func password(_ random: inout SeededGenerator) -> String {
        let count = Int.random(in: 4...24, using: &random)
        let characters = (0..<count).map { _ -> Character in
            if Int.random(in: 0..<4, using: &random) == 0 {
                return special.randomElement(using: &random) ?? "@"
            }
            return Character(Unicode.Scalar(UInt8.random(in: 0x21...0x7E, using: &random)))
        }
        return String(characters)
    }

    /// Four of its characters that stand in a text; nil where there are none.
    private static func leak(of password: String, in text: String) -> String? {
        let characters = Array(password)
        return (0...characters.count - 4).lazy.map { String(characters[$0..<$0 + 4]) }
            .first { text.contains($0) }
    }

    /// Where an address has its password.
    static let forms: [@Sendable (String) -> String] = [
        { "postgres://apus:\($0)@127.0.0.1:1/app" },
        { "postgresql://apus:\($0)@127.0.0.1:1,127.0.0.1:2/app?sslmode=disable" },
        { "postgres://:\($0)@/app?host=/nowhere" },
        { "postgres://apus@127.0.0.1:1/app?password=\($0)" },
        { "postgres://127.0.0.1:1/app?user=apus&pass=\($0)" },
        { "postgres://127.0.0.1:1/app?user=apus@tenant&password=\($0)&sslmode=disable" },
    ]

    /// Everything that is said where this is the address.
    private static func texts(_ address: String, in project: String) -> String {
        do {
            let options = try ServerOptions(
                project: project, loops: "1", logLevel: "error", database: address)
            let report = SchemaCheck.run(options)
            let settings = try SettingReport(options)
            return [report.json, settings.text, settings.json].joined(separator: "\n")
        } catch {
            return FaultReport(error).message
        }
    }

    @Test func `no message has a part of a password that is not encoded`() throws {
        let project = try TestProject()
        var random = SeededGenerator(seed: 20_261_126)
        let usual = Self.texts("postgres://apus@127.0.0.1:1/app?sslmode=disable", in: project.path)
        for number in 0..<300 {
            let password = Self.password(&random)
            // What stands there without it is no part of it.
            if Self.leak(of: password, in: usual) != nil { continue }
            let address = Self.forms[number % Self.forms.count](password)
            let text = Self.texts(address, in: project.path)
            #expect(Self.leak(of: password, in: text) == nil, "\(address)\n\(text)")
        }
    }

    /// Addresses whose parts are taken for others, and what no line may have.
    static let commands: [(words: [String], secret: String)] = [
        (["dev", "--database", "postgres://apus:ab?cdefgh=1@localhost/app"], "cdef"),
        (["dev", "--database", "postgres://apus:ab#cdefgh@localhost:x/app"], "cdef"),
        (["check", "--database", "postgres://apus:p@secure/cdefgh@localhost/app"], "secure"),
        (["keys", "--database", "postgres://apus:1/cdefgh@localhost/app"], "cdef"),
        (["settings", "--database", "postgres://localhost/app?password=ab&cdefgh=1"], "cdef"),
        (["settings", "--database", "postgres://apus:cdefgh/app"], "cdef"),
        (["dev", "postgres://apus:cdefgh@localhost/app"], "cdef"),
        (["check", "--database", "postgres://apus:u,@cdefgh],@localhost/app"], "cdef"),
        (["check", "--databse=postgres://apus:cdefgh@localhost/app"], "cdef"),
        (["check", "--database", "postgres:/apus.cdefgh@localhost/app"], "cdef"),
        (["keys", "postgres://apus:cdefgh@localhost/app"], "cdef"),
    ]

    @Test(arguments: commands)
    func `no command prints a part of a password`(words: [String], secret: String) throws {
        let project = try TestProject()
        let running = try RunningCommand(words + ["--project", project.path])
        var lines: [String] = []
        while let line = running.nextLine() { lines.append(line) }
        #expect(!lines.isEmpty)
        #expect(!lines.contains { $0.contains(secret) }, "\(lines)")
    }
}
