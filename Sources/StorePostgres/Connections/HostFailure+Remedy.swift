import Network
import PostgresWire
import Store

extension HostFailure {
    /// Whether there was a server that answered.
    var isAnswered: Bool {
        switch cause {
        case .network(let error):
            error.failures.contains { if case .tls = $0.cause { true } else { false } }
        case .timedOut: false
        case .tlsRefused, .tlsAnswer, .session, .unsuitable, .readOnlyByDefault: true
        }
    }

    /// What whoever runs the server can do about it; nil where nobody can tell.
    func remedy(_ role: String, _ database: String) -> String? {
        switch cause {
        case .session(.server(let error)):
            Self.remedies[error.sqlState]?(quoted(identifier: role), quoted(identifier: database))
        case .session(.fault(.authentication(.passwordIsMissing))): Self.password
        case .session(.fault(.unsupportedServer(let setting)))
        where setting.name == "server_encoding":
            Self.creation(of: quoted(identifier: "\(database)_utf8")) + " makes one that can."
        case .readOnlyByDefault:
            // Wherever it was set, this goes before it.
            "ALTER ROLE \(quoted(identifier: role)) IN DATABASE \(quoted(identifier: database)) "
                + "SET default_transaction_read_only = off; lets it write."
        case .network, .tlsRefused, .tlsAnswer, .timedOut, .unsuitable, .session: nil
        }
    }

    private typealias Remedy = @Sendable (_ role: String, _ database: String) -> String

    private static let remedies: [SQLState: Remedy] = [
        .invalidCatalogName: { _, database in
            creation(of: database) + " makes it. Another is named at the end of the address "
                + "(postgres://HOST/NAME) or in PGDATABASE."
        },
        .invalidAuthorization: { role, _ in
            "CREATE ROLE \(role) LOGIN; makes the role, where it is not there. Another is named in "
                + "front of the host (postgres://ROLE@HOST/NAME) or in PGUSER; who may sign in "
                + "from where, and how, is in the server's pg_hba.conf."
        },
        .invalidPassword: { _, _ in password },
        .insufficientPrivilege: { role, database in
            "GRANT CONNECT ON DATABASE \(database) TO \(role); lets it in."
        },
    ]

    private static let password =
        "Give the role's password in PGPASSWORD or ~/.pgpass, or in the address, percent-encoded."

    private static func creation(of database: String) -> String {
        "CREATE DATABASE \(database) ENCODING 'UTF8' TEMPLATE template0;"
    }
}
