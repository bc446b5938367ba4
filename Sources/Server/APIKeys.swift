import Auth
import Bytes
import Diagnostics
import Disk

/// The two keys that clients present (auth.md §1.2).
public struct APIKeys: Sendable {
    /// For browsers and apps: the role `anon`, bound by every access rule.
    public let anonymous: String
    /// For servers: the role `service_role`, bound by none.
    public let service: String

    init(_ secrets: Secrets) {
        anonymous = secrets.anonKey
        service = secrets.serviceRoleKey
    }

    /// Reads the keys of a data directory, making them and it on first use, which a warning tells:
    /// keys of a directory whose name was mistyped would open nothing.
    ///
    /// - Throws: a `Problem` when the directory or the file in it cannot be used, or a server runs
    ///   whose secrets are no longer in the file, `SchemaFailure`
    ///   and `SettingFault` when a setting cannot.
    public static func load(_ options: ServerOptions) throws -> APIKeys {
        let log = try options.commandLog()
        let isNew = !FileSystem.exists(options.dataDirectory)
        try options.prepareDataDirectory(log: log)
        if isNew { log.record(.dataDirectoryMade(path: options.dataDirectory)) }
        return APIKeys(try options.loadSecrets())
    }

    /// Both keys as one JSON object: `{"anon": …, "service_role": …}`.
    public var json: String {
        let object: JSON = ["anon": .string(anonymous), "service_role": .string(service)]
        return String(utf8: object.bytes)
    }

    /// Both keys with their names, for people.
    public var text: String { "anon          \(anonymous)\nservice_role  \(service)\n" }
}
