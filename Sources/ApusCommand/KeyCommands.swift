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
        let keys = try APIKeys.load(ServerOptions(arguments.given))
        switch arguments.operands {
        case []: Terminal.print(arguments.has(.json) ? keys.json + "\n" : keys.text)
        case ["anon"]: Terminal.print(keys.anonymous + "\n")
        case ["service_role"]: Terminal.print(keys.service + "\n")
        default: throw UsageError("'apus keys' takes one of anon and service_role")
        }
        return 0
    }

    static let version = Command(
        "version", summary: "print the version", switches: [.json], example: "apus version"
    ) { arguments in
        let version = Backend.version
        Terminal.print(arguments.has(.json) ? "{\"version\":\"\(version)\"}\n" : "apus \(version)\n")
        return 0
    }
}
