import Configuration

/// What may stand behind an option, or behind the words of a command, told from how help texts call
/// it: `DIR`, `FILE`, `ignore|merge`.
enum CompletedValue: Hashable {
    case words([String])
    case folder
    case file
    /// Nothing that could be known.
    case anything

    init(_ metavar: String, choices: [String] = []) {
        let bare = metavar.filter { $0 != "[" && $0 != "]" }
        if !choices.isEmpty {
            self = .words(choices)
        } else if bare.contains("|") {
            self = .words(bare.split(separator: "|").map(String.init))
        } else if bare == "DIR" {
            self = .folder
        } else if bare.split(separator: " ").contains(where: { $0.hasPrefix("FILE") }) {
            self = .file
        } else {
            self = .anything
        }
    }
}

/// An option as a shell completes it.
struct CompletedOption {
    /// `--project`.
    let name: String
    let summary: String
    /// What stands behind it; nil for a switch.
    let value: CompletedValue?
}

extension Command {
    /// All options, as its help has them.
    var completedOptions: [CompletedOption] {
        options.map {
            CompletedOption(name: $0.name, summary: $0.summary, value: .init($0.metavar))
        }
            + switches.map { CompletedOption(name: $0.name, summary: $0.summary, value: nil) }
            + settings.compactMap { setting in
                setting.flag.map { flag in
                    CompletedOption(
                        name: flag, summary: setting.summary,
                        value: .init(setting.syntax.metavar, choices: setting.syntax.choices))
                }
            }
    }

    /// What stands behind its words.
    var completedOperand: CompletedValue { CompletedValue(operands) }

    /// The first words of all commands, each once, with what it does or leads to.
    static var firstWords: [(word: String, summary: String)] {
        var found: [(word: String, summary: String)] = []
        for command in all where !found.contains(where: { $0.word == command.words[0] }) {
            let seconds = secondWords(of: command.words[0]).map(\.word)
            let summary = seconds.isEmpty ? command.summary : seconds.joined(separator: ", ")
            found.append((command.words[0], summary))
        }
        return found
    }

    /// The second words of the commands that begin with a word.
    static func secondWords(of first: String) -> [(word: String, summary: String)] {
        all.filter { $0.words.count > 1 && $0.words[0] == first }.map { ($0.words[1], $0.summary) }
    }

    /// The first words that are no command by themselves.
    static var families: [String] {
        firstWords.map(\.word).filter { first in
            !secondWords(of: first).isEmpty && !all.contains { $0.words == [first] }
        }
    }

    /// The commands of two words whose first is a command by itself.
    static var branches: [Command] {
        all.filter { $0.words.count > 1 && !families.contains($0.words[0]) }
    }
}

extension String {
    /// As one word of a shell, whatever is in it.
    var quoted: String { "'" + replacing("'", by: "'\\''") + "'" }

    /// With another text for each of one of its characters.
    func replacing(_ character: Character, by text: String) -> String {
        split(separator: character, omittingEmptySubsequences: false).joined(separator: text)
    }
}
