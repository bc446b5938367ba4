import Diagnostics

extension Setting {
    /// Where the project is. `project.json` is found by it, so it cannot stand there.
    public static let project = Setting(
        "project", \.project, .folder, .onRestart, "where Schemas/ and Migrations/ are",
        standard: "this folder", use: .everywhere, standsInFile: false)

    /// Where the database is, and the secrets: a matter of each installation, which a file that is
    /// committed must not move.
    public static let data = Setting(
        "data", \.data, .folder, .onRestart, "the data directory", standard: "PROJECT/.apus",
        use: .everywhere, standsInFile: false)

    /// Where the rows are, if not in the data directory. It may hold a password: it stands in no
    /// file that is committed.
    private static let database = Setting(
        "database", \.database.address, SettingForm.databaseAddress.optional, .onRestart,
        "the PostgreSQL database; PG* variables and ~/.pgpass complete it",
        standard: "SQLite, DATA/apus.db", use: .everywhere, standsInFile: false)

    private static let secretsFile = Setting(
        "secrets", \.secrets.file, SettingForm.file.optional, .onRestart,
        "the file of the secrets, which its owner alone may read", standard: "DATA/secrets.json",
        use: .secrets, standsInFile: false)

    /// What tokens are signed with, where the environment gives it.
    public static let jwtSecret = Setting(
        "jwt_secret", \.secrets.jwtSecret, SettingForm.secret.optional, .onRestart,
        "what tokens are signed with, 32 bytes or more; overrules file and database",
        standard: "that of the file or the database", use: .secrets, isSecret: true)

    /// The API key of browsers and apps, where the environment gives it.
    public static let anonKey = Setting(
        "anon_key", \.secrets.anonKey, SettingForm.secret.optional, .onRestart,
        "the API key of browsers and apps, signed with jwt_secret",
        standard: "derived from jwt_secret", use: .secrets, isSecret: true)

    /// The API key that no access rule holds for, where the environment gives it.
    public static let serviceRoleKey = Setting(
        "service_role_key", \.secrets.serviceRoleKey, SettingForm.secret.optional, .onRestart,
        "the API key that bypasses every access rule, signed with jwt_secret",
        standard: "derived from jwt_secret", use: .secrets, isSecret: true)

    /// What encrypts the secrets that the database keeps.
    public static let secretsKey = Setting(
        "secrets_key", \.secrets.key, SettingForm.secret.optional, .onRestart,
        "encrypts the secrets in the database, 32 random bytes or more; without it a file has them",
        standard: "none", use: .secrets, isSecret: true)

    private static let certificate = Setting(
        "tls.certificate", \.tls.certificate, SettingForm.file.optional, .onRestart,
        "PEM certificate chain; serves HTTPS", use: .reaching)

    private static let certificateKey = Setting(
        "tls.key", \.tls.key, SettingForm.file.optional, .onRestart,
        "PEM private key of the certificate", use: .reaching)

    /// Settings that one cannot give without the other.
    static let pairs = [(certificate, certificateKey)]

    /// Every setting, in the order in which they are shown.
    public static let all: [Setting] =
        [
            project, data, database, secretsFile, jwtSecret, anonKey, serviceRoleKey, secretsKey,
            Setting(
                "log.level", \.log.level, .choice("LEVEL") { $0.name }, .onRestart,
                "the least that is logged", use: .everywhere),
            Setting(
                "log.format", \.log.format, SettingForm.choice("FORM", \.rawValue).optional,
                .onRestart, "the form of the log's lines",
                standard: "text for dev, json for serve", use: .everywhere),
            Setting(
                "listen", \.listen, .address, .onRestart,
                "where to accept connections; 0.0.0.0:PORT for other machines too, "
                    + "port 0 for a free one", use: .reaching),
            Setting(
                "loops", \.loops, .integer(1...Settings.loopsMax), .onRestart,
                "event loops, each with a thread of its own", standard: "one per core"),
            certificate, certificateKey,
            Setting(
                "database.page_cache_bytes", \.database.pageCacheBytesMax,
                SettingForm.integer(1 << 20...1 << 50).optional, .onRestart,
                "the most page cache in bytes, shared by the loops, the slow lane and the writer; "
                    + "8 MiB each at the least",
                standard: "an eighth of limits.memory_bytes"),
            Setting(
                "database.connections", \.database.connectionsMax,
                SettingForm.integer(4...10_000).optional, .onRestart,
                "the most connections to PostgreSQL; those of all nodes must fit",
                standard: "4 and 3 for each loop, 16 at the least"),
        ] + turns + queues + projectName + auth + rest + realtime + throttle + metrics + proxies
        + bounds + backup

    private static let projectName = [
        Setting("name", \.name, .text, .onReload, "the project's name")
    ]

    /// Seconds of a year.
    static let year = 31_536_000

    private static let rest = [
        Setting(
            "rest.max_rows", \.rest.maxRows, .integer(1...1_000_000_000), .onReload,
            "the most rows of one answer"),
        Setting(
            "rest.safe_update", \.rest.safeUpdate, .boolean, .onReload,
            "whether updates and deletes need a filter"),
        Setting(
            "rest.statement_timeout_ms", \.rest.statementTimeoutMilliseconds,
            .integer(1...1_000 * year), .onRestart,
            "when a statement is given up, in milliseconds"),
        Setting(
            "rest.write_rows", \.rest.writeRows, .integer(1...1_000_000), .onReload,
            "the most rows of a body, or changed by one request; 'apus import' loads any number"),
        Setting(
            "rest.write_timeout_ms", \.rest.writeTimeoutMilliseconds,
            .integer(1...1_000 * year), .onRestart,
            "how long the rows of one request may take to be written, in milliseconds"),
        Setting(
            "rest.long_write_share", \.rest.longWriteShare, .integer(1...100), .onRestart,
            "percent of the time of SQLite's writer that requests of one to two turns have in all, "
                + "while shorter ones come; longer ones rest 35 times as long as that asks, 20 s "
                + "at most; on PostgreSQL percent of the time that long writes of a loop run while "
                + "others are served"),
    ]

    private static let realtime = [
        Setting(
            "realtime.retain", \.realtime.retain, .span, .onReload,
            "how long changes stay readable where the model does not say"),
        Setting(
            "realtime.channels_per_socket", \.realtime.channelsPerSocketMax,
            .integer(1...1_000_000), .onRestart, "the most channels one socket may join"),
        Setting(
            "realtime.messages_per_second", \.realtime.messagesPerSecondMax,
            .integer(1...1_000_000), .onRestart,
            "the most messages one socket may send in a second"),
        Setting(
            "realtime.unindexed_per_socket", \.realtime.unindexedPerSocketMax,
            .integer(1...1_000_000), .onRestart,
            "the most filters of one socket that no index decides, as like and gt"),
        Setting(
            "realtime.unindexed_per_caller", \.realtime.unindexedPerCallerMax,
            .integer(1...1_000_000), .onRestart,
            "the most of them of one user, or one address that has not signed in, on each loop; of "
                + "all at one address at most four times as many"),
        Setting(
            "realtime.unindexed_per_loop", \.realtime.unindexedPerLoopMax,
            .integer(1...1_000_000), .onRestart, "the most of them on each loop"),
        Setting(
            "realtime.change_ms", \.realtime.changeMillisecondsMax, .integer(1...10_000),
            .onRestart,
            "how long a change is compared with them, and judged by rules, in milliseconds each; "
                + "the others fetch again"),
        Setting(
            "realtime.step_ms", \.realtime.stepMilliseconds, .integer(1...1000), .onRestart,
            "what telling changes may take of a turn of a loop in milliseconds"),
        Setting(
            "realtime.sockets_per_loop", \.realtime.socketsPerLoopMax,
            .integer(1...1_000_000_000), .onRestart, "the most sockets of feeds on each loop"),
        Setting(
            "realtime.bindings_per_socket", \.realtime.bindingsPerSocketMax,
            .integer(1...1_000_000), .onRestart,
            "the most postgres_changes of all channels of one socket"),
        Setting(
            "realtime.joins_per_second", \.realtime.joinsPerSecondMax, .integer(1...1_000_000),
            .onRestart, "the most joins one socket may ask for in a second; more close it"),
        Setting(
            "realtime.queue_bytes", \.realtime.queueBytesMax, .integer(16_384...8 << 20),
            .onRestart,
            "the most bytes of changes queued for a socket, which catches up later"),
    ]

    static let bodyBytes = Setting(
        "limits.body_bytes", \.limits.bodyBytesMax, .integer(1024...1 << 40), .onRestart,
        "the largest request body in bytes; limits.memory_bytes has to be "
            + "\(MemoryBudget.bytesPerLargestBodyByte) times as much, and where it is less, the "
            + "default is lower")

    static let memoryBytes = Setting(
        "limits.memory_bytes", \.limits.memoryBytes, .integer(64 << 20...1 << 50), .onRestart,
        "the memory in bytes that the server aims to stay within; a quarter is for bodies, "
            + "answers, queues and feeds, and half of that for one caller or address")

    private static let bounds = [
        Setting(
            "cors.origins", \.cors.origins, .origins, .onRestart,
            "the origins of web pages that may call and open sockets; * is any"),
        bodyBytes,
        Setting(
            "limits.connections", \.limits.connectionsMax, .integer(1...1_000_000_000), .onRestart,
            "the most open connections"),
        Setting(
            "limits.connections_per_address", \.limits.connectionsPerAddressMax,
            SettingForm.integer(1...1_000_000_000).optional, .onRestart,
            "the most open connections from one address (of IPv6 its first 64 bits; of all that "
                + "have its first 48 at most four times as many)",
            standard: "a quarter of limits.connections, or of the files that may be open"),
        memoryBytes,
        Setting(
            "limits.message_bytes", \.limits.messageBytesMax, .integer(1024...1 << 40), .onRestart,
            "the largest WebSocket message in bytes"),
    ]

    /// What the sections of `project.json` hold.
    public static let sections = [
        "log": "The log.", "tls": "The files that HTTPS needs.", "database": "The store.",
        "auth": "Sign-up and sign-in.", "rest": "The REST API.", "realtime": "The feeds.",
        "throttle": "How often and how much clients may ask.",
        "metrics": "Who may read /metrics.", "proxies": "The proxies that requests come through.",
        "cors": "Which web pages may call.", "backup": "Copies of the database.",
        "limits": "The bounds of what one client may ask for.",
    ]
}
