import Configuration
import Diagnostics
import Glibc
import Server

/// The command line: finds the command, hands it its arguments, turns errors into exit codes
/// (1: failure, 2: wrong usage).
@main
struct ApusCommand {
    static func main() { exit(run(asked(Array(CommandLine.arguments.dropFirst())))) }

    /// What the habits of other programs stand for here.
    private static func asked(_ words: [String]) -> [String] {
        switch words.first {
        case "--version", "-V", "-v": ["version"] + words.dropFirst()
        case "help" where words.count > 1: Array(words.dropFirst()) + ["--help"]
        default: words
        }
    }

    private static func run(_ words: [String]) -> Int32 {
        guard let first = words.first, first != "--help", first != "-h", first != "help" else {
            Terminal.print(Command.overview)
            return words.isEmpty ? 2 : 0
        }
        let family = Command.all.filter { $0.words.count > 1 && $0.words[0] == first }
        let isCommand = Command.all.contains { $0.words == [first] }
        let asksForHelp = words.dropFirst().first.map { $0 == "--help" || $0 == "-h" } == true
        if !family.isEmpty, !isCommand, asksForHelp {
            Terminal.print(Command.overview(of: family))
            return 0
        }
        let command: Command
        do {
            command = try find(words)
        } catch {
            Terminal.error(error.message)
            Terminal.error("'apus --help' lists the commands")
            return 2
        }
        return run(command, Array(words.dropFirst(command.words.count)))
    }

    private static func run(_ command: Command, _ words: [String]) -> Int32 {
        do {
            let arguments = try Arguments(
                words, of: command, environment: ProcessEnvironment.variables)
            if arguments.has(.help) {
                Terminal.print(command.help)
                return 0
            }
            warnOfVariables()
            if command.operands.isEmpty, let stray = arguments.operands.first {
                throw UsageError(
                    "'apus \(command.name)' takes no '\(DatabaseAddress.shown(stray))'")
            }
            return try command.run(arguments)
        } catch let error as UsageError {
            return misused(command, error.message)
        } catch let fault as SettingFault {
            return misused(command, fault.message)
        } catch {
            Terminal.report(FaultReport(error))
            return 1
        }
    }

    /// Says which variables do nothing though they look as if they did.
    private static func warnOfVariables() {
        for (variable, meant) in Setting.misspelt(in: ProcessEnvironment.variables.keys) {
            Terminal.error(
                "the variable \(variable) is no setting and does nothing; did you mean \(meant)?")
        }
    }

    private static func misused(_ command: Command, _ message: String) -> Int32 {
        Terminal.error(message)
        Terminal.error("'apus \(command.name) --help' shows its usage")
        return 2
    }

    private static func find(_ words: [String]) throws(UsageError) -> Command {
        if let command = Command.all.first(where: { words.starts(with: $0.words) }) {
            return command
        }
        let family = Command.all.filter { $0.words[0] == words[0] }
        if !family.isEmpty {
            let names = family.map { "'apus \($0.name)'" }.joined(separator: ", ")
            throw UsageError("'apus \(words[0])' needs one of \(names)")
        }
        var message = "unknown command '\(DatabaseAddress.shown(words[0]))'"
        if let near = nearest(words[0], in: Set(Command.all.map { $0.words[0] })) {
            message += "; did you mean '\(near)'?"
        }
        throw UsageError(message)
    }
}
