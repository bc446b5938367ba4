import Configuration
import Diagnostics

/// What the words of a command line and the environment gave to a command.
struct Arguments {
    /// The settings, flags before variables.
    private(set) var given: GivenSettings
    private var switches: Set<String> = []
    private var values: [String: String] = [:]
    private(set) var operands: [String] = []

    /// Reads the words behind the command's name.
    ///
    /// - Throws: `UsageError` on an unknown option (with the nearest one) or a missing value,
    ///   `SettingFault` on a value that its setting cannot take.
    init(_ words: [String], of command: Command, environment: [String: String]) throws {
        given = GivenSettings()
        var rest = words[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("-"), word != "-" else {
                operands.append(word)
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                .map(String.init)
            let name = parts[0] == "-h" ? Switch.help.name : parts[0]
            let inline = parts.count > 1 ? parts[1] : nil
            if let setting = command.settings.first(where: { $0.flag == name }) {
                try give(setting, named: name, inline: inline, from: &rest)
            } else if let option = command.options.first(where: { $0.name == name }) {
                guard let value = inline ?? rest.popFirst() else {
                    throw UsageError("\(name) needs a value: \(name) \(option.metavar)")
                }
                values[name] = value
            } else if command.switches.contains(where: { $0.name == name }) {
                guard inline == nil else { throw UsageError("\(name) takes no value") }
                switches.insert(name)
            } else {
                throw UsageError.unknownOption(name, of: command)
            }
        }
        given = given.over(
            try GivenSettings(environment: environment, of: command.settings))
    }

    /// Whether a switch was given.
    func has(_ option: Switch) -> Bool { switches.contains(option.name) }

    /// The value of an option, the last one where it was given several times.
    func value(of option: ValueOption) -> String? { values[option.name] }

    private mutating func give(
        _ setting: Setting, named flag: String, inline: String?,
        from rest: inout ArraySlice<String>
    ) throws {
        guard let value = inline ?? rest.popFirst() else {
            throw UsageError("\(flag) needs a value: \(flag) \(setting.syntax.metavar)")
        }
        try given.give(setting, flag: value)
    }
}

/// A command line that cannot be understood: exit code 2.
struct UsageError: Error {
    let message: String

    init(_ message: String) { self.message = message }

    static func unknownOption(_ name: String, of command: Command) -> UsageError {
        var message = "unknown option '\(name)'"
        let names =
            command.settings.compactMap(\.flag) + command.options.map(\.name)
            + command.switches.map(\.name)
        if let near = nearest(name, in: names) { message += "; did you mean '\(near)'?" }
        return UsageError(message)
    }
}
