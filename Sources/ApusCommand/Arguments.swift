import Diagnostics

/// What the words of a command line gave: option values (flag before environment) and the rest.
struct Arguments {
    private var values: [String: String] = [:]
    /// The variables behind the values that came from the environment.
    private var variables: [String: String] = [:]
    private var switches: Set<String> = []
    private(set) var operands: [String] = []

    /// Reads the words behind the command's name.
    ///
    /// - Throws: `UsageError` on an unknown option (with the nearest one) or a missing value.
    init(
        _ words: [String], options: [OptionSpec], environment: [String: String]
    ) throws(UsageError) {
        for option in options {
            if let variable = option.environment, let value = environment[variable], !value.isEmpty {
                values[option.name] = value
                variables[option.name] = variable
            }
        }
        var rest = words[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("-"), word != "-" else {
                operands.append(word)
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            let name = parts[0] == "-h" ? "--help" : parts[0]
            guard let option = (options + [.help]).first(where: { $0.name == name }) else {
                throw UsageError.unknownOption(name, among: options)
            }
            try take(option, inline: parts.count > 1 ? parts[1] : nil, from: &rest)
        }
    }

    /// The value of an option, nil when neither flag nor environment gave one.
    subscript(_ option: OptionSpec) -> String? { values[option.name] }

    /// Whether a switch was given.
    func has(_ option: OptionSpec) -> Bool { switches.contains(option.name) }

    private mutating func take(
        _ option: OptionSpec, inline: String?, from rest: inout ArraySlice<String>
    ) throws(UsageError) {
        guard let valueName = option.value else {
            guard inline == nil else { throw UsageError("\(option.name) takes no value") }
            switches.insert(option.name)
            return
        }
        guard let value = inline ?? rest.popFirst() else {
            throw UsageError("\(option.name) needs a value: \(option.name) \(valueName)")
        }
        values[option.name] = value
        variables[option.name] = nil
    }

    /// Which variable of the environment gave the option that a complaint names, in words.
    func origin(ofOptionIn complaint: String) -> String {
        let found = variables.filter { complaint.hasPrefix("\($0.key) ") }.values.sorted()
        return found.isEmpty ? "" : " (given by the environment's \(found.joined(separator: ", ")))"
    }
}

/// A command line that cannot be understood: exit code 2.
struct UsageError: Error {
    let message: String

    init(_ message: String) { self.message = message }

    static func unknownOption(_ name: String, among options: [OptionSpec]) -> UsageError {
        var message = "unknown option '\(name)'"
        if let near = nearest(name, in: options.map(\.name)) { message += "; did you mean '\(near)'?" }
        return UsageError(message)
    }
}
