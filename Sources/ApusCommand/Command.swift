import Configuration
import Diagnostics

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
    /// The settings whose flags and variables it takes.
    let settings: [Setting]
    /// What it takes besides, with a value.
    let options: [ValueOption]
    let switches: [Switch]
    /// A command line that works when pasted.
    let example: String
    /// Does the work; returns the exit code.
    let run: @Sendable (Arguments) throws -> Int32

    init(
        _ words: String..., operands: String = "", summary: String, discussion: String = "",
        settings: [Setting] = common, options: [ValueOption] = [], switches: [Switch] = [],
        example: String,
        run: @escaping @Sendable (Arguments) throws -> Int32
    ) {
        self.words = words
        self.operands = operands
        self.summary = summary
        self.discussion = discussion
        self.settings = settings
        self.options = options
        self.switches = switches + [.help]
        self.example = example
        self.run = run
    }

    var name: String { words.joined(separator: " ") }

    /// The settings that every command takes: where things are, and what is logged.
    static let common = Setting.all.filter { $0.use == .everywhere }

    /// Those, and who has the secrets.
    static let commonAndSecrets = Setting.all.filter {
        $0.use != .serving && $0.use != .reaching
    }

    /// Those, and where the server is.
    static let commonAndServer = Setting.all.filter { $0.use != .serving }

    var help: String {
        var text = "apus \(name): \(summary)\n\n"
        let tail = operands.isEmpty ? "" : " \(operands)"
        text += "Usage: apus \(name)\(tail) [options]\n"
        if !discussion.isEmpty { text += "\n\(discussion)\n" }
        text += "\nOptions:\n" + optionTable
        if !secrets.isEmpty { text += "\nVariables without a flag:\n" + variables }
        return text + "\nExample:\n  \(example)\n"
    }

    private var optionTable: String {
        Self.indented(ownOptions + flags)
    }

    /// What the command alone takes: found before the settings, of which there are many.
    private var ownOptions: [[String]] {
        options.map { ["\($0.name) \($0.metavar)", $0.summary] }
            + switches.map { [$0.name, $0.summary] }
    }

    private var flags: [[String]] {
        settings.compactMap { setting in
            setting.flag.map { flag in
                [
                    "\(flag) \(setting.syntax.metavar)",
                    "\(setting.summary) (default: \(setting.standard)) [\(setting.variable)]",
                ]
            }
        }
    }

    private var secrets: [Setting] { settings.filter { $0.flag == nil } }

    private var variables: String {
        Self.indented(secrets.map { [$0.variable, "\($0.summary) (default: \($0.standard))"] })
    }

    private static func indented(_ rows: [[String]]) -> String {
        textTable(rows).map { "  \($0)\n" }.joined()
    }
}

extension Command {
    /// The overview of the commands that begin with the same word: `apus migrate`.
    static func overview(of family: [Command]) -> String {
        let rows = family.map { "  apus \($0.name): \($0.summary)\n" }.joined()
        return
            "Commands:\n\(rows)\n'apus COMMAND --help' shows a command's options and an example.\n"
    }

    static let all = [
        initialise, dev, serve, check, format, migrateNew, migrateUp, migrateStatus,
        migrateVerify, importPostgres, importRows, exportRows, deletedList, deletedRestore,
        deletedPurge, types, docs, backup, restore, settings, keys,
        completion, version,
    ]

    /// The overview that `apus` and `apus --help` print.
    static var overview: String {
        let rows = indented(all.map { [$0.name, $0.summary] })
        return """
            apus: a backend from schema files: REST, sign-in, access rules and live feeds.

            Usage: apus COMMAND [options]

            Commands:
            \(rows)
            'apus COMMAND --help' shows a command's options and an example.

            """
    }
}
