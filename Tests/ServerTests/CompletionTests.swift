import Foundation
import ServerTestSupport
import TestSupport
import Testing

/// What shells complete, asked of the shells themselves.
@Suite(.timeLimit(.minutes(10))) struct CompletionTests {
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
        for name in ["rows.csv", "rooms/a b.json"] { try folder.write("", to: name) }
    }

    /// What `apus completion` prints, in a file.
    private func script(_ shell: String) throws -> String {
        let command = try RunningCommand(["completion", shell])
        var lines: [String] = []
        while let line = command.nextLine() { lines.append(line) }
        #expect(command.exitCode() == 0)
        return try folder.write(lines.joined(separator: "\n") + "\n", to: "completion.\(shell)")
    }

    private static func find(_ shell: String) -> String? {
        ["/usr/bin/", "/bin/", "/usr/local/bin/"].map { $0 + shell }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    private func run(_ shell: String, _ words: [String]) throws -> [String] {
        let child = try ChildProcess(try #require(Self.find(shell)), words)
        var lines: [String] = []
        while let line = child.nextLine() { lines.append(line) }
        #expect(child.exitCode() == 0, "\(lines)")
        return lines
    }

    /// What a line is completed to; the last word is the one that is typed.
    private func bash(_ words: String...) throws -> Set<String> {
        let line = words.map { "'\($0)'" }.joined(separator: " ")
        let lines = try run(
            "bash",
            [
                "-c",
                """
                cd '\(folder.path)' && source '\(try script("bash"))' && COMP_WORDS=(\(line))
                COMP_CWORD=\(words.count - 1); _apus; printf '%s\\n' "${COMPREPLY[@]}"
                """,
            ])
        return Set(lines.filter { !$0.isEmpty })
    }

    /// The commands that the help lists.
    private func commands() throws -> Set<String> {
        let help = try RunningCommand(["--help"])
        var found: Set<String> = []
        while let line = help.nextLine() {
            guard line.hasPrefix("  "), let word = line.split(separator: " ").first else {
                continue
            }
            found.insert(String(word))
        }
        return found
    }

    /// The options that a command's help lists.
    private func options(_ words: String...) throws -> Set<String> {
        let help = try RunningCommand(words + ["--help"])
        var found: Set<String> = []
        while let line = help.nextLine() {
            guard line.hasPrefix("  --"), let word = line.split(separator: " ").first else {
                continue
            }
            found.insert(String(word))
        }
        return found
    }

    @Test func `bash has every command and every option, and no other`() throws {
        let all = try commands()
        #expect(try bash("apus", "") == all.union(["help", "--help", "--version"]))
        #expect(try bash("apus", "ver") == ["version"])
        #expect(try bash("apus", "migrate", "") == ["new", "up", "status", "verify"])
        for words in all.subtracting(["migrate"]).map({ [$0] }) + [["migrate", "up"]] {
            let line = ["apus"] + words + ["-"]
            let expected = words.count > 1 ? try options(words[0], words[1]) : try options(words[0])
            let found: Set<String> =
                line.count == 3
                ? try bash(line[0], line[1], line[2])
                : try bash(line[0], line[1], line[2], line[3])
            #expect(found == expected, "\(words)")
        }
    }

    @Test func `bash has the values`() throws {
        #expect(try bash("apus", "init", "--template", "") == ["todo", "chat", "blog", "kanban"])
        #expect(try bash("apus", "serve", "--log-format", "") == ["text", "json"])
        #expect(try bash("apus", "import", "--on-conflict", "m") == ["merge"])
        #expect(try bash("apus", "keys", "") == ["anon", "service_role"])
        #expect(try bash("apus", "completion", "z") == ["zsh"])
        #expect(try bash("apus", "dev", "--rest-safe-update", "") == ["true", "false"])
        #expect(try bash("apus", "dev", "--listen", "") == [])
        #expect(try bash("apus", "dev", "--project", "ro") == ["rooms"])
        #expect(try bash("apus", "import", "todos", "ro") == ["rows.csv", "rooms"])
        #expect(try bash("apus", "fmt", "rooms/a") == ["rooms/a b.json"])
        #expect(try bash("apus", "init", "ro") == ["rooms"])
    }

    @Test func `a shell that is not known is told`() throws {
        let command = try RunningCommand(["completion", "fis"])
        #expect(
            command.nextLine()?.contains("takes bash, zsh, fish, not 'fis'; did you mean 'fish'?")
                == true)
        #expect(command.exitCode() == 2)
    }

    @Test(.enabled(if: find("zsh") != nil, "zsh is not installed"))
    func `zsh has them too`() throws {
        // compsys works in a line editor alone: what it would be given is printed instead.
        let path = try script("zsh")
        func asked(_ words: String...) throws -> [String] {
            try run(
                "zsh",
                [
                    "-fc",
                    """
                    compdef() { : }
                    _describe() { print -l -- ${(P)2%%:*} }
                    _arguments() { print -l -- "$@" }
                    source '\(path)'
                    words=(\(words.map { "'\($0)'" }.joined(separator: " "))); CURRENT=\(words.count)
                    _apus
                    """,
                ])
        }
        #expect(try commands().isSubset(of: Set(try asked("apus", ""))))
        #expect(try Set(asked("apus", "migrate", "")) == ["new", "up", "status", "verify"])
        let serve = try asked("apus", "serve", "-").map {
            String($0.prefix { $0 != "[" && $0 != "=" })
        }
        #expect(try Set(serve).subtracting(["*:operand: "]) == options("serve"))
        #expect(try asked("apus", "init", "-").contains { $0.hasSuffix("(todo chat blog kanban)") })
        #expect(try asked("apus", "migrate", "status", "-").contains { $0.hasPrefix("--json[") })
    }

    @Test(.enabled(if: find("fish") != nil, "fish is not installed"))
    func `fish has them too`() throws {
        let path = try script("fish")
        func completed(_ line: String) throws -> Set<String> {
            let lines = try run(
                "fish",
                [
                    "--no-config", "-c",
                    "cd '\(folder.path)'; source '\(path)'; complete -C '\(line)'",
                ])
            return Set(lines.map { String($0.prefix { $0 != "\t" }) })
        }
        #expect(try completed("apus ") == commands())
        #expect(try completed("apus migrate ") == ["new", "up", "status", "verify"])
        #expect(try options("serve").isSubset(of: completed("apus serve --")))
        #expect(try completed("apus init --template ") == ["todo", "chat", "blog", "kanban"])
        #expect(try completed("apus keys ") == ["anon", "service_role"])
        #expect(try completed("apus init --template=b") == ["--template=blog"])
    }
}
