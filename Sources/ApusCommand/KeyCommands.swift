import Diagnostics
import Server

extension Command {
    static let keys = Command(
        "keys", operands: "[anon|service_role]",
        summary: "print the API keys, making them on first use",
        discussion: """
            The anon key may stand in a browser; the service_role key bypasses every access rule and
            must stay on servers. With the name of a key, prints that key alone.
            """,
        switches: [.json], example: "apus keys --json"
    ) { arguments in
        let name = try arguments.operands.isEmpty ? nil : KeyName(arguments.operands)
        let keys = try APIKeys.load(ServerOptions(arguments.given))
        switch name {
        case nil: Terminal.print(arguments.has(.json) ? keys.json + "\n" : keys.text)
        case .anonymous?: Terminal.print(keys.anonymous + "\n")
        case .service?: Terminal.print(keys.service + "\n")
        }
        return 0
    }

    static let version = Command(
        "version", summary: "print the version", switches: [.json], example: "apus version"
    ) { arguments in
        let version = Backend.version
        Terminal.print(
            arguments.has(.json) ? "{\"version\":\"\(version)\"}\n" : "apus \(version)\n")
        return 0
    }
}

/// A key as the command line calls it: by its role.
private enum KeyName: String, CaseIterable {
    case anonymous = "anon"
    case service = "service_role"

    /// Reads the words behind the command. Nothing is made for a name that is none.
    init(_ words: [String]) throws(UsageError) {
        let text = words.joined(separator: " ")
        if let name = KeyName(rawValue: text) {
            self = name
            return
        }
        let names = Self.allCases.map(\.rawValue)
        var message = "'apus keys' takes one of \(names.joined(separator: " and ")), not '\(text)'"
        if let near = names.first(where: { $0.hasPrefix(text) }) ?? nearest(text, in: names) {
            message += "; did you mean '\(near)'?"
        }
        throw UsageError(message)
    }
}
