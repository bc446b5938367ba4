import Auth
import Bytes

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

    /// Reads the keys of a data directory, making them on first use. Makes no directory: keys of one
    /// whose name is mistyped would open nothing.
    ///
    /// - Throws: a `Problem` when the directory is not there, or it or the file in it cannot be used,
    ///   `SchemaFailure` and `SettingFault` when a setting cannot.
    public static func load(_ options: ServerOptions) throws -> APIKeys {
        try options.requireDataDirectory()
        return APIKeys(try Secrets.loadOrCreate(directory: options.dataDirectory))
    }

    /// Both keys as one JSON object: `{"anon": …, "service_role": …}`.
    public var json: String {
        let object: JSON = ["anon": .string(anonymous), "service_role": .string(service)]
        return String(utf8: object.bytes)
    }

    /// Both keys with their names, for people.
    public var text: String { "anon          \(anonymous)\nservice_role  \(service)\n" }
}
