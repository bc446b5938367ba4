import Auth
import Bytes
import Configuration
import Crypto
import Store
import Diagnostics

/// Secrets, and who had them.
struct FoundSecrets {
    enum Source {
        case variables
        case file(String)
        case database
    }

    let secrets: Secrets
    let source: Source
}

extension FoundSecrets.Source: CustomStringConvertible {
    /// The source, as people are told.
    var description: String {
        switch self {
        case .variables: Setting.jwtSecret.variable
        case .file(let path): path
        case .database: "the database"
        }
    }
}

/// Who may have a project's secrets, in the order in which they are asked: the environment, a file,
/// the database.
///
/// The database remembers which secrets it was last served with. Whoever has others is refused,
/// before anything is changed: because a file was lost, a variable was edited, or because another
/// node has made secrets of its own. What was signed with the former ones would be void.
struct SecretsSources {
    /// What the environment has, or else the file.
    private let given: FoundSecrets?
    /// The file, which need not be there.
    private let path: String
    /// What encrypts the secrets that the database keeps; nil where a file is to keep them.
    private let key: SecretsKey?

    /// Reads the variables and the file.
    ///
    /// - Throws: `invalid_secrets` for what is not usable, 58030 for a file that cannot be read.
    init(_ options: ServerOptions) throws(Problem) {
        let settings = options.given.settings.secrets
        path = options.secretsPath
        key = if let text = settings.key { try SecretsKey(text) } else { nil }
        if let secrets = try Secrets(variables: settings) {
            given = FoundSecrets(secrets: secrets, source: .variables)
        } else if let secrets = try Secrets.load(path: path) {
            given = FoundSecrets(secrets: secrets, source: .file(path))
        } else {
            given = nil
        }
    }

    /// Whether new secrets would be kept in the database.
    var keepsInDatabase: Bool { key != nil }

    /// The secrets to serve a database with, which are its own from now on; made where there are
    /// none and never were.
    ///
    /// - Throws: as ``known(to:)``.
    func secrets(for database: any ServedDatabase) throws(Problem) -> FoundSecrets {
        let known = try known(to: database.fact)
        let found = if let known { known } else { try make(for: database) }
        // Another node may have been faster.
        let noted = try database.noteIfAbsent(
            SecretsFacts.fingerprint, found.secrets.fingerprint)
        try found.require(noted)
        return found
    }

    /// The secrets that are there, if they are those of a database with these facts; nil where
    /// there are none, and never were.
    ///
    /// - Throws: `secrets_differ`, `secrets_lost`; `invalid_secrets` when those in the database do
    ///   not open.
    func known(to fact: (String) -> String?) throws(Problem) -> FoundSecrets? {
        let former = fact(SecretsFacts.fingerprint)
        guard let found = try present(fact) else {
            if former != nil { throw .secretsLost(path, isKeyGiven: key != nil) }
            return nil
        }
        try found.require(former)
        return found
    }

    /// Makes secrets and keeps them in the file; reads those of who was faster.
    func makeFile() throws(Problem) -> FoundSecrets {
        FoundSecrets(secrets: try Secrets.loadOrCreate(path: path), source: .file(path))
    }

    private func make(for database: any ServedDatabase) throws(Problem) -> FoundSecrets {
        guard let key else { return try makeFile() }
        let identity = try identity(of: database)
        let sealed = try database.noteIfAbsent(
            SecretsFacts.secrets, key.seal(.generate(), for: identity))
        return FoundSecrets(secrets: try key.open(sealed, of: identity), source: .database)
    }

    private func identity(of database: any ServedDatabase) throws(Problem) -> String {
        try database.noteIfAbsent(SecretsFacts.identity, Base64URL.encode(RandomBytes.make(16)))
    }

    /// Those of the first source that has some; whether they are the database's is not asked.
    private func present(_ fact: (String) -> String?) throws(Problem) -> FoundSecrets? {
        if let given { return given }
        guard let sealed = fact(SecretsFacts.secrets) else { return nil }
        guard let key else { throw .secretsSealed }
        let secrets = try key.open(sealed, of: fact(SecretsFacts.identity) ?? "")
        return FoundSecrets(secrets: secrets, source: .database)
    }
}

// What an operator does to the secrets of a database that no server holds.
extension SecretsSources {
    /// Makes a change, and returns the secrets where they are kept from now on.
    func make(
        _ change: SecretsChange, for database: any ServedDatabase
    ) throws(Problem) -> FoundSecrets {
        switch change {
        case .accept: try accept(for: database)
        case .copyToFile: try copyToFile(from: database)
        case .copyToDatabase: try copyToDatabase(database)
        }
    }

    /// Makes the secrets that are there the database's own, whichever it had, or new ones where
    /// there are none.
    ///
    /// - Throws: `database_served` while a server is connected, which would go on with the former.
    private func accept(for database: any ServedDatabase) throws(Problem) -> FoundSecrets {
        let servers = try database.otherServers()
        guard servers.isEmpty else { throw .served(by: servers) }
        let present = try present(database.fact)
        let found = if let present { present } else { try make(for: database) }
        try database.note(SecretsFacts.fingerprint, found.secrets.fingerprint)
        return found
    }

    /// Keeps the database's secrets in the file, too, unless it holds others.
    private func copyToFile(from database: any ServedDatabase) throws(Problem) -> FoundSecrets {
        let found = try secrets(for: database)
        let kept = try Secrets.loadOrCreate(path: path, found.secrets)
        guard kept.fingerprint == found.secrets.fingerprint else {
            throw .secrets("\(path) holds others, and is not written over")
        }
        return FoundSecrets(secrets: kept, source: .file(path))
    }

    /// Keeps the database's secrets in it, encrypted, too. Others that it may have kept are not its
    /// own any more.
    private func copyToDatabase(_ database: any ServedDatabase) throws(Problem) -> FoundSecrets {
        guard let key else {
            throw .secrets("\(Setting.secretsKey.variable), which would encrypt them, is not set")
        }
        let found = try secrets(for: database)
        try database.note(
            SecretsFacts.secrets, key.seal(found.secrets, for: try identity(of: database)))
        return FoundSecrets(secrets: found.secrets, source: .database)
    }
}

extension FoundSecrets {
    /// Throws `secrets_differ` when the database was last served with others.
    fileprivate func require(_ fingerprint: String?) throws(Problem) {
        guard let fingerprint, fingerprint != secrets.fingerprint else { return }
        throw .secretsDiffer(source)
    }
}

/// What a database knows of the secrets, by the names of its facts.
private enum SecretsFacts {
    /// The fingerprint of those it was last served with.
    static let fingerprint = "secrets_fingerprint"
    /// The secrets themselves, encrypted.
    static let secrets = "secrets"
    /// What tells this database from others, also when its history of changes begins anew: random,
    /// made with the secrets, and copied with the database.
    static let identity = "secrets_identity"
}

extension Problem {
    private static let acceptance =
        "'apus keys --accept-new-secrets', with the same options,"

    fileprivate static func secretsDiffer(_ source: FoundSecrets.Source) -> Problem {
        Problem(
            code: "secrets_differ", status: 500,
            message: "The secrets come from \(source), and the database was last served with "
                + "others: every API key and session of before would be void.",
            hint: "Restore those. Or \(acceptance) makes these the database's.")
    }

    fileprivate static func secretsLost(_ path: String, isKeyGiven: Bool) -> Problem {
        let (secret, key) = (Setting.jwtSecret.variable, Setting.secretsKey.variable)
        let others =
            isKeyGiven
            ? "\(secret) is not set, and the database keeps none"
            : "and neither \(secret) nor \(key) is set"
        return Problem(
            code: "secrets_lost", status: 500,
            message: "The database was last served with secrets that no source has any more: "
                + "\(path) is not there, \(others).",
            hint: "Restore \(path) from a backup. Where there is none, \(acceptance) makes new "
                + "ones: then every API key and session of before is void.")
    }

    /// What an operator does to a database that nobody serves.
    static func served(by servers: [String]) -> Problem {
        Problem(
            code: "database_served", status: 503,
            message: "Servers are connected to the database and have its secrets: "
                + "\(servers.joined(separator: "; ")).",
            hint: "Stop them first. Nothing was changed.")
    }

    fileprivate static var secretsSealed: Problem {
        .secrets(
            "the database keeps them encrypted, and \(Setting.secretsKey.variable) is not set")
    }
}
