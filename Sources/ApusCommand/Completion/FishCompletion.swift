/// What fish reads (complete(1) of fish).
enum FishCompletion {
    static var script: String {
        """
        # Made by 'apus completion fish'.
        function __apus_has
            set -l words (commandline -opc)
            test (count $words) -gt (count $argv); or return 1
            for place in (seq (count $argv))
                test $words[(math $place + 1)] = $argv[$place]; or return 1
            end
        end
        function __apus_is
            __apus_has $argv; and test (count (commandline -opc)) -eq (math (count $argv) + 1)
        end
        complete -c apus -f
        \((beginnings + options).joined(separator: "\n"))

        """
    }

    /// The words of the commands.
    private static var beginnings: [String] {
        Command.firstWords.map { line(of: $0, behind: "__apus_is") }
            + Command.families.flatMap { family in
                Command.secondWords(of: family).map { line(of: $0, behind: "__apus_is \(family)") }
            }
    }

    private static func line(
        of entry: (word: String, summary: String), behind condition: String
    ) -> String {
        "complete -c apus -n '\(condition)' -a \(entry.word) -d \(quoted(entry.summary))"
    }

    private static var options: [String] {
        Command.all.flatMap { command in
            let start = "complete -c apus -n '__apus_has \(command.name)'"
            let options = command.completedOptions.map { option in
                let value = option.value.map { action($0, isOperand: false) } ?? ""
                let name = option.name.dropFirst(2)
                return "\(start) -l \(name)\(value) -d \(quoted(option.summary))"
            }
            let operand = action(command.completedOperand, isOperand: true)
            return options + (operand.isEmpty ? [] : [start + operand])
        }
    }

    private static func action(_ value: CompletedValue, isOperand: Bool) -> String {
        let exclusive = isOperand ? "" : " -x"
        return switch value {
        case .words(let words): "\(exclusive) -a \(quoted(words.joined(separator: " ")))"
        case .folder: "\(exclusive) -a '(__fish_complete_directories)'"
        case .file: isOperand ? " -F" : " -r -F"
        case .anything: exclusive
        }
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.replacing("\\", by: "\\\\").replacing("'", by: "\\'") + "'"
    }
}
