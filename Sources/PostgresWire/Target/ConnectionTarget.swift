/// Which servers to connect to, as whom and how: what a connection string says, completed by a
/// service file, by the environment and by defaults, in libpq's order.
public struct ConnectionTarget: Hashable, Sendable {
    /// Where Debian's server has its Unix socket.
    public static let defaultSocketDirectory = "/var/run/postgresql"

    /// The servers, in the order in which they are tried.
    public let hosts: [Host]
    /// The role to sign in as.
    public let user: String
    /// The database.
    public let database: String
    /// The password, where one is given outright: a password file gives others per host.
    public let password: String?
    /// The password file to look into, where one is named; else `~/.pgpass`.
    public let passwordFile: String?
    /// How much TLS; nil when nobody says, and who connects decides.
    public let tlsMode: TLSMode?
    /// How TLS begins. If `direct`, it is never done without, whatever ``tlsMode`` leaves open.
    public let tlsNegotiation: TLSNegotiation
    /// Files of the client's certificate, of its key, and of the authorities to trust; `system` for
    /// the machine's, which implies `verify-full`.
    public let certificateFile: String?
    /// The key's file.
    public let keyFile: String?
    /// The authorities' file.
    public let rootCertificates: String?
    /// Which methods of signing in are allowed.
    public let policy: AuthenticationPolicy
    /// Whether SCRAM is bound to the server's certificate.
    public let channelBinding: ChannelBinding
    /// What the server must be.
    public let sessionAttributes: SessionAttributes
    /// In which order the hosts are tried.
    public let hostOrder: HostOrder
    /// Seconds for each address of each host; nil for no limit of the user's.
    public let connectTimeoutSeconds: Int?
    /// What the server shows of us; nil when nobody says.
    public let applicationName: String?
    /// Command-line options for the server (`-c name=value`); poolers refuse them.
    public let options: String?
    /// The kernel's probes of a silent connection.
    public let keepAlive: KeepAlive
    /// Whether statements may be prepared under names: `pgbouncer=true` says no.
    public let preparesByName: Bool
    /// Keywords that were given and have no effect.
    public let ignored: [String]

    /// Reads a connection string with all that completes it.
    ///
    /// - Parameters:
    ///   - text: a URI, pairs, or a database's name; empty for all from elsewhere.
    ///   - environment: the process's variables.
    ///   - services: the service file, for `service=` and `PGSERVICE`.
    ///   - systemUser: the role when nothing names one.
    public init(
        _ text: String, environment: [String: String] = [:], services: ServiceFile = ServiceFile(),
        systemUser: String? = nil
    ) throws(ConnectionStringFault) {
        var given = try ConnectionString(text)
        let variables = try ConnectionString(environment: environment)
        if let service = given.values[.service] ?? variables.values[.service] {
            given.complete(from: try services.parameters(of: service))
        }
        given.complete(from: variables)
        try self.init(given, systemUser: systemUser)
    }

    private init(_ given: ConnectionString, systemUser: String?) throws(ConnectionStringFault) {
        let values = ConnectionValues(given.values)
        guard let user = values.text(.user) ?? systemUser else { throw .userIsMissing }
        self.user = user
        database = values.text(.dbname) ?? user
        hosts = try values.hosts()
        password = values.text(.password)
        passwordFile = values.text(.passfile)
        certificateFile = values.text(.sslcert)
        keyFile = values.text(.sslkey)
        rootCertificates = values.text(.sslrootcert)
        tlsMode = try values.tlsMode()
        tlsNegotiation = try values.word(.sslnegotiation) ?? .postgres
        // The first byte is TLS's: there is no way back to a connection without.
        if tlsNegotiation == .direct, let tlsMode, [.disable, .allow, .prefer].contains(tlsMode) {
            throw .badValue(parameter: ConnectionKey.sslmode.rawValue, value: tlsMode.rawValue)
        }
        policy = try values.policy()
        channelBinding = try values.word(.channelBinding) ?? .prefer
        sessionAttributes = try values.word(.targetSessionAttrs) ?? .any
        hostOrder = try values.word(.loadBalanceHosts) ?? .disable
        connectTimeoutSeconds = try values.number(.connectTimeout, atLeast: 1)
        applicationName =
            values.text(.applicationName) ?? values.text(.fallbackApplicationName)
        options = values.text(.options)
        keepAlive = try values.keepAlive()
        preparesByName = values.text(.pgbouncer) != "true"
        try values.checkEncoding()
        ignored = given.ignored
    }

    /// How a session over one of the hosts begins.
    ///
    /// - Parameter password: from a password file, when the target has none of its own.
    public func session(over transport: Transport, password: String? = nil) -> SessionConfiguration
    {
        var configuration = SessionConfiguration(
            user: user, database: database, password: self.password ?? password,
            transport: transport)
        configuration.policy = policy
        configuration.channelBinding = channelBinding
        configuration.preparesByName = preparesByName
        if let applicationName {
            configuration.settings.append(
                ServerSetting(name: "application_name", value: applicationName))
        }
        if let options {
            configuration.settings.append(ServerSetting(name: "options", value: options))
        }
        return configuration
    }
}
