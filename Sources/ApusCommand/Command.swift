/// One command: its words, its help and what it does.
struct Command: Sendable {
    /// The words that call it: `["migrate", "new"]`.
    let words: [String]
    /// What follows the words in its usage line.
    let operands: String
    /// What it does, in a line.
    let summary: String
    /// What else a user should know.
    let discussion: String
    let options: [OptionSpec]
    /// A command line that works when pasted.
    let example: String
    /// Does the work; returns the exit code.
    let run: @Sendable (Arguments) throws -> Int32

    init(
        _ words: String..., operands: String = "", summary: String, discussion: String = "",
        options: [OptionSpec], example: String,
        run: @escaping @Sendable (Arguments) throws -> Int32
    ) {
        self.words = words
        self.operands = operands
        self.summary = summary
        self.discussion = discussion
        self.options = options
        self.example = example
        self.run = run
    }

    var name: String { words.joined(separator: " ") }

    var help: String {
        var text = "apus \(name): \(summary)\n\n"
        let tail = operands.isEmpty ? "" : " \(operands)"
        text += "Usage: apus \(name)\(tail)\(options.isEmpty ? "" : " [options]")\n"
        if !discussion.isEmpty { text += "\n\(discussion)\n" }
        text += "\nOptions:\n" + Command.table(of: options + [.help])
        return text + "\nExample:\n  \(example)\n"
    }

    private static func table(of options: [OptionSpec]) -> String {
        let names = options.map { option in
            option.value.map { "\(option.name) \($0)" } ?? option.name
        }
        let width = (names.map(\.count).max() ?? 0) + 2
        return zip(names, options).map { name, option in
            let padding = String(repeating: " ", count: width - name.count)
            let environment = option.environment.map { " [\($0)]" } ?? ""
            return "  \(name)\(padding)\(option.summary)\(environment)\n"
        }.joined()
    }
}

extension Command {
    /// The overview of the commands that begin with the same word: `apus migrate`.
    static func overview(of family: [Command]) -> String {
        let rows = family.map { "  apus \($0.name): \($0.summary)\n" }.joined()
        return "Commands:\n\(rows)\n'apus COMMAND --help' shows a command's options and an example.\n"
    }

    static let all = [dev, serve, check, migrateNew, migrateUp, migrateStatus, keys, version]

    /// The overview that `apus` and `apus --help` print.
    static var overview: String {
        let width = (all.map(\.name.count).max() ?? 0) + 2
        let rows = all.map { command in
            let padding = String(repeating: " ", count: width - command.name.count)
            return "  \(command.name)\(padding)\(command.summary)\n"
        }
        return """
            apus: a backend from schema files: REST, sign-in, access rules and live feeds.

            Usage: apus COMMAND [options]

            Commands:
            \(rows.joined())
            'apus COMMAND --help' shows a command's options and an example.

            """
    }
}
