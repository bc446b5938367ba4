import Diagnostics

extension Command {
    static let completion = Command(
        "completion", operands: Shell.allCases.map(\.rawValue).joined(separator: "|"),
        summary: "print what completes commands, options and values in a shell",
        discussion: """
            For one session of bash or zsh: source <(apus completion bash). For all that begin
            later, write what is printed to ~/.local/share/bash-completion/completions/apus, to a
            file _apus in a folder of zsh's fpath, or to ~/.config/fish/completions/apus.fish.
            """,
        example: "apus completion bash"
    ) { arguments in
        Terminal.print(try shell(arguments.operands).script)
        return 0
    }

    private static func shell(_ words: [String]) throws(UsageError) -> Shell {
        let names = Shell.allCases.map(\.rawValue)
        guard words.count == 1 else {
            throw UsageError("'apus completion' needs one of \(names.joined(separator: ", "))")
        }
        if let shell = Shell(rawValue: words[0]) { return shell }
        var message = "'apus completion' takes \(names.joined(separator: ", ")), not '\(words[0])'"
        if let near = nearest(words[0], in: names) { message += "; did you mean '\(near)'?" }
        throw UsageError(message)
    }
}

/// A shell that completes what is typed.
private enum Shell: String, CaseIterable {
    case bash, zsh, fish

    /// What it reads, made of the table of commands.
    var script: String {
        switch self {
        case .bash: BashCompletion.script
        case .zsh: ZshCompletion.script
        case .fish: FishCompletion.script
        }
    }
}
