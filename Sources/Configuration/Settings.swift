public import Addresses
public import Diagnostics
import Glibc
public import Quotas

/// Every setting's value. A setting is a property here, which says its default, and its row in
/// ``Setting/all``, from which files, flags, variables and help texts are read and written.
public struct Settings: Hashable, Sendable {
    /// The log on standard error.
    public struct Logging: Hashable, Sendable {
        /// Events below this level are not logged.
        public var level = LogLevel.info
        /// The form of its lines; nil for text in development and JSON in production.
        public var format: LogFormat?
    }

    /// The secrets, and who keeps them.
    public struct Secrets: Hashable, Sendable {
        /// The path of their file; nil for one in the data directory.
        public var file: String?
        /// What tokens are signed with.
        public var jwtSecret: SecretText?
        /// The API key of browsers and apps; nil to derive it.
        public var anonKey: SecretText?
        /// The API key that no access rule holds for; nil to derive it.
        public var serviceRoleKey: SecretText?
        /// What encrypts the secrets that the database keeps; nil to keep them in the file.
        public var key: SecretText?
    }

    /// The files that HTTPS needs; both or neither.
    public struct TLS: Hashable, Sendable {
        /// The path of the certificate chain in PEM, leaf first.
        public var certificate: String?
        /// The path of its private key in PEM.
        public var key: String?
    }

    /// The store.
    public struct Database: Hashable, Sendable {
        /// Where a PostgreSQL database is; nil for a SQLite file in the data directory.
        public var address: DatabaseAddress?
        /// The most connections to PostgreSQL; nil for what the loops need.
        public var connectionsMax: Int?
        /// Bytes of page cache, shared by all loops and the writer; nil for what `MemoryBudget`
        /// gives it.
        public var pageCacheBytesMax: Int?
        /// What one read may take of an event loop in milliseconds, before it goes on as a slow
        /// one.
        public var inlineReadMilliseconds = 5
        /// Threads for the slow reads of one caller or one site; there are two more for others.
        public var slowReadThreads = 2
        /// How long such a read has a thread in milliseconds, before it must have a place for long
        /// ones: a table of 100,000 rows is counted in ten.
        public var slowReadSliceMilliseconds = 50
        /// What a turn of SQLite's writer aims at, in milliseconds: sixty-four inserts share a
        /// commit.
        public var writeTurnMilliseconds = 5
        /// What a statement may run on PostgreSQL in milliseconds, before nothing more is begun
        /// behind it: a page of rows with embeds fits.
        public var heldUpMilliseconds = 5
        /// The same before it is taken to be slow.
        public var slowMilliseconds = 25
        /// The same on the last connection of a slow lane, before it waits for one of the others:
        /// counts over large tables fit.
        public var longMilliseconds = 200
        /// The most writes that wait for SQLite's writer, or statements that wait for a connection
        /// of a loop to PostgreSQL.
        public var waitingMax = 8_192
        /// The most of them of one caller.
        public var waitingPerCallerMax = 1_024
        /// The most slow reads that wait; with PostgreSQL, slow statements that wait or run.
        public var slowWaitingMax = 256
        /// The most of them of one caller.
        public var slowWaitingPerCallerMax = 64
        /// The most writes of sign-in that wait to go before the others on SQLite.
        public var signInWaitingMax = 1_024
        /// The most of them of one caller, who may be all that come from one address.
        public var signInWaitingPerCallerMax = 256
        /// The most answers of SQLite that leave in parts at the same time.
        public var longAnswersMax = 64
        /// The most of them of one caller.
        public var longAnswersPerCallerMax = 16
        /// How long in seconds such an answer may hold its snapshot.
        public var longAnswerSeconds = 120
        /// Bytes of SQLite's write-ahead log beyond which long answers are ended.
        public var walBytesMax = 256 << 20
    }

    /// Sign-up and sign-in.
    public struct Auth: Hashable, Sendable {
        /// The life of an access token in seconds.
        public var jwtExpirySeconds = 3600
        /// The fewest characters of a password.
        public var passwordMinLength = 6
        /// Whether new users are turned away.
        public var disablesSignup = false
        /// Whether an address counts as confirmed at once; true until mail is built.
        public var autoconfirm = true
        /// Whether sign-in without any address is allowed.
        public var allowsAnonymous = false
        /// How long in seconds a used refresh token is still answered with its successor.
        public var refreshReuseSeconds = 10
        /// The most sessions of one user: more than anybody has devices.
        public var sessionsPerUserMax = 1000
        /// Requests for tokens from one address; nil for no limit, as in all that follow.
        public var tokenRate: RateLimit? = RateLimit(burst: 30, count: 150, seconds: 300)
        /// Sign-ups and changes of users from one address.
        public var signupRate: RateLimit? = RateLimit(burst: 30, count: 30, seconds: 300)
        /// Sign-ups without an email address from one address.
        public var anonymousRate: RateLimit? = RateLimit(burst: 30, count: 30, seconds: 3600)
        /// Failed sign-ins to one account from one address or known device.
        public var failedSignInRate: RateLimit? = RateLimit(burst: 20, count: 20, seconds: 300)
        /// Failed sign-ins to one account from all addresses where it has no session.
        public var failedSignInOfAccountRate: RateLimit? = RateLimit(
            burst: 100, count: 60, seconds: 300)
        /// Threads that hash passwords; nil for one per processor.
        public var passwordThreads: Int?
        /// Hashes that may wait, for each of these threads: about three seconds of work.
        public var passwordQueue = 32
        /// Hashes of one address that may wait; nil for half of all.
        public var passwordQueuePerAddress: Int?
    }

    /// The REST API.
    public struct REST: Hashable, Sendable {
        /// The most rows of one answer.
        public var maxRows = 1000
        /// Whether an update or delete without a filter is refused.
        public var safeUpdate = true
        /// When a statement is given up, in milliseconds.
        public var statementTimeoutMilliseconds = 8000
        /// The most rows that one request writes. On SQLite such a one holds the writer for some
        /// 100 ms.
        public var writeRows = 10_000
        /// How long one request may write, in milliseconds: on SQLite it holds the only writer.
        /// Several times what the most rows take, for wide rows and cold pages.
        public var writeTimeoutMilliseconds = 500
        /// Percent of the time of SQLite's writer that writes of one or two turns have while others
        /// come; the longer ones have less.
        public var longWriteShare = 25
    }

    /// The feeds.
    public struct Realtime: Hashable, Sendable {
        /// How long changes stay readable where the model does not say.
        public var retain: Duration = .seconds(24 * 3600)
        /// The most channels one socket may join.
        public var channelsPerSocketMax = 100
        /// The most messages one socket may send in a second.
        public var messagesPerSecondMax = 100
        /// The most bindings of one socket whose filters no index decides.
        public var unindexedPerSocketMax = 100
        /// The most of them that one caller may have on one loop.
        public var unindexedPerCallerMax = 1_000
        /// The most of them on one loop.
        public var unindexedPerLoopMax = 10_000
        /// How long a change may be judged for them, in milliseconds.
        public var changeMillisecondsMax = 2
        /// What telling changes may take of a turn of a loop, in milliseconds: a transaction has
        /// thousands of them, and one may be for thousands of listeners.
        public var stepMilliseconds = 2
        /// The most sockets of one loop.
        public var socketsPerLoopMax = 50_000
        /// The most tables with filters that the channels of one socket follow.
        public var bindingsPerSocketMax = 1_000
        /// The most joins one socket may ask for in a second.
        public var joinsPerSecondMax = 100
        /// Bytes queued for a socket above which it is no longer fed: some 600 changes.
        public var queueBytesMax = 262_144
    }

    /// Who may read `/metrics`.
    public struct Metrics: Hashable, Sendable {
        /// Where they are answered; nil for where everything is.
        public var listen: ListenAddress?
        /// What a scraper shows as its bearer token; nil for nothing.
        public var key: SecretText?
    }

    /// The proxies that requests come through.
    public struct Proxies: Hashable, Sendable {
        /// The addresses of those whose word counts.
        public var trusted: [AddressRange] = []
        /// Where they write it.
        public var field = ForwardedField.xForwardedFor
    }

    /// Which web pages of other origins may call.
    public struct CORS: Hashable, Sendable {
        /// The origins allowed; `*` is any.
        public var origins = ["*"]
    }

    /// How often and how much clients may ask, beside the limits of sign-in.
    public struct Throttle: Hashable, Sendable {
        /// The limits, each of which a request must keep that it is about.
        public var limits: [ThrottleLimit] = []
        /// The plans that callers may have.
        public var plans: [ThrottlePlan] = []
        /// The claim that names a user's plan, its words separated by dots.
        public var planClaim = "app_metadata.plan"
        /// The plan of who has none by the claim; nil for none.
        public var planDefault: String?

        /// Whether nothing is limited.
        public var isEmpty: Bool { limits.isEmpty && plans.isEmpty }
    }

    /// Copies of the database that the server writes by itself.
    public struct Backup: Hashable, Sendable {
        /// How long after one the next is due; nil for never.
        public var interval: Duration?
        /// How many of them are kept.
        public var keep = 7
        /// Their folder; nil for one in the data directory.
        public var directory: String?
        /// The folder that the write-ahead log is archived to; nil for not at all.
        public var archive: String?
        /// How long after one look of the archive at the log the next one is.
        public var archiveEvery: Duration = .seconds(1)
        /// How far back the archive reaches.
        public var archiveKeep: Duration = .seconds(7 * 86_400)
    }

    /// The bounds of what one client may ask for. Their defaults stand here and nowhere else: the
    /// rooms that keep such a bound are given it.
    public struct Bounds: Hashable, Sendable {
        /// The largest request body in bytes.
        public var bodyBytesMax = 10 << 20
        /// The most open connections.
        public var connectionsMax = 10_000
        /// The most of them from one address; nil for a quarter.
        public var connectionsPerAddressMax: Int?
        /// The memory of the process that the server aims to stay within, in bytes; `MemoryBudget`
        /// shares it out.
        public var memoryBytes = 512 << 20
        /// The largest WebSocket message in bytes.
        public var messageBytesMax = 256 << 10
    }

    /// The folder that holds `Schemas/` and `Migrations/`.
    public var project: String
    /// The folder of the database, and of the secrets where no other place is named.
    public var data: String
    /// The secrets, and who keeps them.
    public var secrets = Secrets()
    /// Where to accept connections.
    public var listen = ListenAddress(host: "127.0.0.1", port: 54_321)
    /// How many event loops serve.
    public var loops = Settings.processors
    /// The log.
    public var log = Logging()
    /// The files that HTTPS needs.
    public var tls = TLS()
    /// The store.
    public var database = Database()
    /// The project's name.
    public var name = "apus"
    /// Sign-up and sign-in.
    public var auth = Auth()
    /// The REST API.
    public var rest = REST()
    /// The feeds.
    public var realtime = Realtime()
    /// How often and how much clients may ask.
    public var throttle = Throttle()
    /// Who may read `/metrics`.
    public var metrics = Metrics()
    /// The proxies that requests come through.
    public var proxies = Proxies()
    /// Which web pages may call.
    public var cors = CORS()
    /// Copies of the database.
    public var backup = Backup()
    /// The bounds of what one client may ask for.
    public var limits = Bounds()

    /// The settings of a project that says nothing.
    ///
    /// - Parameter project: the folder of the project.
    public init(project: String = ".") {
        self.project = project
        data = FolderPath.join(project, ".apus")
    }

    /// One loop for each processor that is online, within what the row allows. Asked once: a file
    /// is read for it, and defaults are made for every help text and every word.
    private static let processors = max(1, min(sysconf(Int32(_SC_NPROCESSORS_ONLN)), loopsMax))

    /// Loops are threads with a reader of the database each; more than this serve nobody.
    static let loopsMax = 64
}
