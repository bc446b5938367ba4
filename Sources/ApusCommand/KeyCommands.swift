import Configuration
import Diagnostics
import Server

extension Command {
    static let keys = Command(
        "keys", operands: "[\(APIKeys.names.joined(separator: "|"))]",
        summary: "print the API keys, making them on first use",
        discussion: """
            The anon key may stand in a browser; the service_role key bypasses every access rule and
            must stay on servers. With the name of a key, prints that key alone. Keys and the secret
            that they are signed with come from the environment, or the file, or the database; where
            none has any, they are made, in the database where APUS_SECRETS_KEY is set and else in
            the file. A database that was served with others refuses them, until
            --accept-new-secrets is given: then every key and session of before is void. That, and
            the copies, are for when no server runs; new secrets are refused while one is connected.
            """,
        settings: commonAndSecrets, switches: changes.map(\.option) + [.json],
        example: "apus keys --json"
    ) { arguments in
        let name = try keyName(arguments.operands)
        let keys = try APIKeys.load(ServerOptions(arguments.given), after: try change(arguments))
        let lines =
            if let name {
                keys.named.filter { $0.name == name }.map(\.key)
            } else if arguments.has(.json) {
                [keys.json]
            } else {
                textTable(keys.named.map { [$0.name, $0.key] } + [["source", keys.source]])
            }
        for line in lines { Terminal.print(line + "\n") }
        return 0
    }

    private static let changes: [(option: Switch, change: SecretsChange)] = [
        (.acceptNewSecrets, .accept), (.copyToFile, .copyToFile),
        (.copyToDatabase, .copyToDatabase),
    ]

    private static func change(_ arguments: Arguments) throws(UsageError) -> SecretsChange? {
        let given = changes.filter { arguments.has($0.option) }
        guard given.count < 2 else {
            throw UsageError("\(given[0].option.name) goes without \(given[1].option.name)")
        }
        return given.first?.change
    }

    /// The name among the words behind the command; nil where there are none. Nothing is made for a
    /// name that no key has.
    private static func keyName(_ words: [String]) throws(UsageError) -> String? {
        guard !words.isEmpty else { return nil }
        let text = words.joined(separator: " ")
        let names = APIKeys.names
        if names.contains(text) { return text }
        var message = "'apus keys' takes one of \(names.joined(separator: " and ")), not "
            + "'\(DatabaseAddress.shown(text))'"
        if let near = names.first(where: { $0.hasPrefix(text) }) ?? nearest(text, in: names) {
            message += "; did you mean '\(near)'?"
        }
        throw UsageError(message)
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
