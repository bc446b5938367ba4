/// The parameters of a connection string that have a meaning here, by libpq's keywords.
public enum ConnectionKey: String, CaseIterable, Sendable {
    case service
    case host
    case hostaddr
    case port
    case dbname
    case user
    case password
    case passfile
    case channelBinding = "channel_binding"
    case connectTimeout = "connect_timeout"
    case clientEncoding = "client_encoding"
    case options
    case applicationName = "application_name"
    case fallbackApplicationName = "fallback_application_name"
    case keepalives
    case keepalivesIdle = "keepalives_idle"
    case keepalivesInterval = "keepalives_interval"
    case keepalivesCount = "keepalives_count"
    case tcpUserTimeout = "tcp_user_timeout"
    case sslmode
    case sslnegotiation
    case sslcert
    case sslkey
    case sslrootcert
    case requireAuth = "require_auth"
    case targetSessionAttrs = "target_session_attrs"
    case loadBalanceHosts = "load_balance_hosts"
    /// Of Prisma and others: `true` says that the server is a PgBouncer in transaction mode.
    case pgbouncer

    /// The variable that gives it where the connection string does not (PostgreSQL manual,
    /// "Environment Variables").
    public var variable: String? {
        switch self {
        case .service: "PGSERVICE"
        case .host: "PGHOST"
        case .hostaddr: "PGHOSTADDR"
        case .port: "PGPORT"
        case .dbname: "PGDATABASE"
        case .user: "PGUSER"
        case .password: "PGPASSWORD"
        case .passfile: "PGPASSFILE"
        case .channelBinding: "PGCHANNELBINDING"
        case .connectTimeout: "PGCONNECT_TIMEOUT"
        case .clientEncoding: "PGCLIENTENCODING"
        case .options: "PGOPTIONS"
        case .applicationName: "PGAPPNAME"
        case .sslmode: "PGSSLMODE"
        case .sslnegotiation: "PGSSLNEGOTIATION"
        case .sslcert: "PGSSLCERT"
        case .sslkey: "PGSSLKEY"
        case .sslrootcert: "PGSSLROOTCERT"
        case .requireAuth: "PGREQUIREAUTH"
        case .targetSessionAttrs: "PGTARGETSESSIONATTRS"
        case .loadBalanceHosts: "PGLOADBALANCEHOSTS"
        case .fallbackApplicationName, .keepalives, .keepalivesIdle, .keepalivesInterval,
            .keepalivesCount, .tcpUserTimeout, .pgbouncer:
            nil
        }
    }

    /// Keywords that are taken and have no effect, with the reason for whoever wonders.
    public static let ignored: [String: String] = [
        "gssencmode": "GSSAPI encryption is not offered",
        "krbsrvname": "Kerberos is not offered",
        "gsslib": "GSSAPI is not offered",
        "gssdelegation": "GSSAPI is not offered",
        "sslcompression": "TLS compression is never used",
        "sslsni": "the server's name is always sent",
        "sslpassword": "keys with a passphrase are not read",
        "connection_limit": "the size of the pool is a setting of its own",
        "pool_timeout": "the pool's limits are settings of their own",
        "replication": "a session says for itself what it is for",
        "uselibpqcompat": "sslmode means what it means for libpq",
        "schema": "names of tables are always qualified",
        "supa": "Supabase's mark for its own statistics",
    ]
}
