/// The function that bash calls (bash(1), "Programmable Completion").
enum BashCompletion {
    static var script: String {
        """
        # Made by 'apus completion bash'.
        _apus() {
            local typed=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
            local name=${COMP_WORDS[1]} options= operands=
            COMPREPLY=()
            if [ "$COMP_CWORD" = 1 ]; then
                mapfile -t COMPREPLY < <(compgen -W \(firstWords) -- "$typed")
                return
            fi
            case $name in
        \(families)
            esac
            case $before in
        \(values)
            esac
            case $name in
        \(commands)
            esac
            case $typed in
                -*) mapfile -t COMPREPLY < <(compgen -W "$options" -- "$typed") ;;
                *) case $operands in
                    -*) compopt -o filenames 2>/dev/null
                        mapfile -t COMPREPLY < <(compgen "$operands" -- "$typed") ;;
                    *) mapfile -t COMPREPLY < <(compgen -W "$operands" -- "$typed") ;;
                esac ;;
            esac
        }
        complete -F _apus apus

        """
    }

    private static var firstWords: String {
        (Command.firstWords.map(\.word) + ["help", "--help", "--version"])
            .joined(separator: " ").quoted
    }

    private static var families: String {
        Command.families.map { family in
            let seconds = Command.secondWords(of: family).map(\.word).joined(separator: " ")
            return """
                        \(family))
                            if [ "$COMP_CWORD" = 2 ]; then
                                mapfile -t COMPREPLY < <(compgen -W \(seconds.quoted) -- "$typed")
                                return
                            fi
                            name="\(family) ${COMP_WORDS[2]}" ;;
                """
        }.joined(separator: "\n") + branches
    }

    /// Commands of two words whose first is one, too.
    private static var branches: String {
        Command.branches.map { command in
            let (first, second) = (command.words[0], command.words[1])
            return "\n        \(first)) [ \"${COMP_WORDS[2]}\" != \(second) ] "
                + "|| [ \"$COMP_CWORD\" = 2 ] || name=\(command.name.quoted) ;;"
        }.joined()
    }

    /// What completes the value of each option: they are called alike in all commands.
    private static var values: String {
        var names: [CompletedValue: [String]] = [:]
        var order: [CompletedValue] = []
        for option in Command.all.flatMap(\.completedOptions) {
            guard let value = option.value else { continue }
            if names[value] == nil { order.append(value) }
            if names[value]?.contains(option.name) != true {
                names[value, default: []].append(option.name)
            }
        }
        return order.map { value in
            let pattern = names[value]?.joined(separator: "|") ?? ""
            return "        \(pattern)) \(action(value)) return ;;"
        }.joined(separator: "\n")
    }

    private static func action(_ value: CompletedValue) -> String {
        switch value {
        case .words(let words):
            "mapfile -t COMPREPLY < <(compgen -W \(words.joined(separator: " ").quoted) "
                + "-- \"$typed\");"
        case .folder, .file:
            "compopt -o filenames 2>/dev/null; "
                + "mapfile -t COMPREPLY < <(compgen \(operand(value)) -- \"$typed\");"
        case .anything: ""
        }
    }

    private static var commands: String {
        Command.all.map { command in
            let options = command.completedOptions.map(\.name).joined(separator: " ")
            return "        \(command.name.quoted)) options=\(options.quoted)\n"
                + "            operands=\(operand(command.completedOperand).quoted) ;;"
        }.joined(separator: "\n")
    }

    /// The words of a value, or the option of compgen that finds them.
    private static func operand(_ value: CompletedValue) -> String {
        switch value {
        case .words(let words): words.joined(separator: " ")
        case .folder: "-d"
        case .file: "-f"
        case .anything: ""
        }
    }
}
