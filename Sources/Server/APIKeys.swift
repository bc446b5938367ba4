import Auth
import Bytes
import Diagnostics
import Disk
import Store

/// The two keys that clients present (auth.md §1.2), called by their roles.
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

    /// What the keys are called, the public one first.
    public static let names = [Role.anonymous, .service].map(\.rawValue)

    /// The keys with their names, the public one first.
    public var named: [(name: String, key: String)] {
        zip(Self.names, [anonymous, service]).map { (name: $0, key: $1) }
    }

    /// The keys as one JSON object, a member for each name.
    public var json: String {
        let object = JSON.object(named.map { JSON.Member($0.name, .string($0.key)) })
        return String(utf8: object.bytes)
    }
}
