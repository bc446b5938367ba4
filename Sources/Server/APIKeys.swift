import Auth
import Bytes
import Diagnostics
import Disk
import Store

/// What an operator does to the secrets of a project.
public enum SecretsChange: Sendable {
    /// Makes those that are there the database's own, or new ones where there are none: all keys
    /// and sessions of others are void then.
    case accept
    /// Keeps the database's own in the file, too.
    case copyToFile
    /// Keeps the database's own in the database, encrypted, too.
    case copyToDatabase
}

/// The two keys that clients present (auth.md §1.2), called by their roles.
public struct APIKeys: Sendable {
    /// For browsers and apps: the role `anon`, bound by every access rule.
    public let anonymous: String
    /// For servers: the role `service_role`, bound by none.
    public let service: String

    /// Where they and the secret that signs them come from: a variable, a file, the database.
    public let source: String

    init(_ found: FoundSecrets) {
        anonymous = found.secrets.anonKey
        service = found.secrets.serviceRoleKey
        source = "\(found.source)"
    }

    /// Reads the keys of a project, making them on first use. A warning tells when that makes the
    /// data directory: keys of one whose name was mistyped would open nothing.
    ///
    /// - Parameter change: what is done to the secrets first, while no server runs.
    /// - Throws: a `Problem` when the directory or the secrets cannot be used, or are not those of
    ///   the database, `SchemaFailure` and `SettingFault` when a setting cannot.
    public static func load(
        _ options: ServerOptions, after change: SecretsChange? = nil
    ) throws -> APIKeys {
        let log = try options.commandLog()
        let isNew = !FileSystem.exists(options.dataDirectory)
        if !isNew || options.keepsSecretsInData {
            try options.prepareDataDirectory(log: log)
            if isNew { log.record(.dataDirectoryMade(path: options.dataDirectory)) }
        }
        let sources = try SecretsSources(options)
        if let change {
            return APIKeys(try options.withDatabase { try sources.make(change, for: $0) })
        }
        let facts = try options.database().facts(log)
        if let known = try sources.known(to: { facts[$0] }) { return APIKeys(known) }
        // Beside a server that starts, too: a file takes no lock.
        guard sources.keepsInDatabase else { return APIKeys(try sources.makeFile()) }
        return APIKeys(try options.withDatabase { try sources.secrets(for: $0) })
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
