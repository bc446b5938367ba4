/// The function that zsh calls (zshcompsys(1), "Utility Functions").
enum ZshCompletion {
    static var script: String {
        """
        #compdef apus
        # Made by 'apus completion zsh'.
        _apus() {
            local -a found
            local name=$words[2]
            if (( CURRENT == 2 )); then
                found=(\(described(Command.firstWords)))
                _describe command found
                return
            fi
            case $name in
        \(families)
            esac
            shift words
            (( CURRENT -= 1 ))
            case $name in
        \(commands)
            esac
        }
        if [ "$funcstack[1]" = _apus ]; then _apus "$@"; else compdef _apus apus; fi

        """
    }

    private static var families: String {
        Command.families.map { family in
            """
                    \(family))
                        if (( CURRENT == 3 )); then
                            found=(\(described(Command.secondWords(of: family))))
                            _describe command found
                            return
                        fi
                        name="\(family) $words[3]"
                        shift words
                        (( CURRENT -= 1 )) ;;
            """
        }.joined(separator: "\n")
    }

    private static func described(_ words: [(word: String, summary: String)]) -> String {
        words.map { "\($0.word):\($0.summary)".quoted }.joined(separator: " ")
    }

    private static var commands: String {
        Command.all.map { command in
            let options = command.completedOptions.map { option in
                let summary = escaped(option.summary)
                guard let value = option.value else { return "\(option.name)[\(summary)]".quoted }
                return "\(option.name)=[\(summary)]:value:\(action(value))".quoted
            }
            let operand = "*:operand:\(action(command.completedOperand))".quoted
            return "        \(command.name.quoted)) _arguments \\\n            "
                + (options + [operand]).joined(separator: " \\\n            ") + " ;;"
        }.joined(separator: "\n")
    }

    private static func action(_ value: CompletedValue) -> String {
        switch value {
        case .words(let words): "(\(words.joined(separator: " ")))"
        case .folder: "_files -/"
        case .file: "_files"
        case .anything: " "
        }
    }

    /// What `_arguments` would take for its own.
    private static func escaped(_ text: String) -> String {
        text.replacing("\\", by: "\\\\").replacing("[", by: "\\[").replacing("]", by: "\\]")
            .replacing(":", by: "\\:")
    }
}
