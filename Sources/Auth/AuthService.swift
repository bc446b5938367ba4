import Bytes
import Crypto
public import Diagnostics
import HTTP
public import Quotas
public import Store
import Synchronization

/// Sign-up, sign-in and sessions, as stock Supabase clients expect them under `/auth/v1`; and the
/// judge of every access token and API key of the server.
///
/// One for all loops: everything mutable inside is behind a lock or in the store. Nothing here
/// waits on a loop: passwords are hashed on threads of their own, writes run on the store's. What a
/// store has at hand is looked up on the loop (``Store/Database/reading(_:)``).
public final class AuthService: Sendable {
    let database: any Database
    let settings: AuthSettings
    let verifier: TokenVerifier
    let issuer: TokenIssuer
    let hasher: PasswordHasher
    private let limits: Mutex<RateLimits>
    let limiter = RateLimiter<CountedCall>(
        bucketsMax: AuthLimits.rateBucketsMax, stripes: AuthLimits.rateStripes)
    /// Calls refused so far.
    let refusals = Mutex<[CountedCall.Limit: Int]>([:])
    /// Sessions ended so far as their users had too many.
    private let sessionsReplaced = Atomic<Int>(0)
    let passwordRules: PasswordRules
    let version: String
    /// The wall clock: dates tokens and rows.
    let clock: @Sendable () -> Instant
    /// The monotonic clock: measures rates.
    let uptime: @Sendable () -> ContinuousClock.Instant
    let log: Log?

    /// Brings the tables of this room up to date and reads the revoked sessions. Blocks: for
    /// start-up.
    ///
    /// - Parameters:
    ///   - version: what `/health` tells.
    ///   - log: where failures of the server's own are recorded.
    ///   - clock: the wall clock; another one in tests.
    ///   - uptime: the monotonic clock; another one in tests.
    /// - Throws: `invalid_setting` for settings that cannot be kept, or what the store says.
    public init(
        database: any Database, settings: AuthSettings, secrets: Secrets, version: String = "dev",
        log: Log? = nil, clock: @escaping @Sendable () -> Instant = { .now },
        uptime: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) throws(Problem) {
        self.database = database
        self.settings = settings
        limits = Mutex(settings.rateLimits)
        self.version = version
        self.log = log
        self.clock = clock
        self.uptime = uptime
        hasher = try PasswordHasher(
            parameters: settings.scrypt, threads: settings.hashingThreads,
            waitingPerThread: settings.waitingHashesPerThread,
            perAddressMax: settings.waitingHashesPerAddress)
        issuer = TokenIssuer(secrets: secrets, settings: settings)
        passwordRules = PasswordRules(charactersMin: settings.passwordCharactersMin)
        let now = clock()
        let revoked = try AuthTables.prepare(database, now: now)
        verifier = TokenVerifier(
            keys: JWTKeySet([secrets.signingKey]),
            revocations: Revocations(revoked, now: now.seconds),
            hasSession: { id throws(Problem) in
                try database.reading { source throws(Problem) in try source.hasSession(id) }
            })
    }

    /// Brings the tables of this room up to date, for whoever loads them before anything is served.
    /// Blocks.
    public static func prepareTables(in database: any Database) throws(Problem) {
        _ = try AuthTables.prepare(database, now: .now)
    }

    /// Passwords that wait to be hashed now, and those hashed so far, and refused because too many
    /// waited.
    public var passwordQueue: (waiting: Int, hashed: Int, refused: RefusalCounts) { hasher.counts }

    /// Sessions ended so far because their users began more than they may have.
    public var replacedSessions: Int { sessionsReplaced.load(ordering: .relaxed) }

    func countReplaced(_ sessions: [RevokedSession]) {
        sessionsReplaced.add(sessions.count, ordering: .relaxed)
    }

    /// Ends the threads that hash passwords: what waits is refused, what has begun is finished. To
    /// be called when no request is left that would be answered.
    public func close() { hasher.close() }

    /// The limits on calls, as they are now.
    var rateLimits: RateLimits { limits.withLock { $0 } }

    /// Takes the limits on calls of other settings; the rest of them waits for the next start.
    public func reload(_ settings: AuthSettings) {
        limits.withLock { $0 = settings.rateLimits }
    }

    /// Decides about an access token or an API key.
    ///
    /// Thread-safe, and fast for a token seen before: its signature is not computed again, but its
    /// time and whether its session was signed out are judged each time.
    public func verify(
        token: ArraySlice<UInt8>, as use: TokenUse
    ) -> Result<TokenClaims, TokenProblem> {
        do throws(TokenProblem) {
            return .success(
                try verifier.verify(
                    token, as: use, now: clock(), leewaySeconds: settings.leewaySeconds))
        } catch {
            return .failure(error)
        }
    }

    /// The same for a token in a string.
    public func verify(token: String, as use: TokenUse) -> Result<TokenClaims, TokenProblem> {
        verify(token: Array(token.utf8)[...], as: use)
    }

    /// How many sessions have been signed out so far, and those behind the first `known`; nil where
    /// they are too many to be named. For connections that outlive the check of their token: no
    /// other's was revoked. Any thread.
    public func signOuts(behind known: Int) -> (count: Int, sessions: [String]?) {
        verifier.signOuts(behind: known)
    }
}

extension Response {
    /// A JSON answer that no cache may keep: it is about one user.
    static func json(_ body: [UInt8], status: Int = 200) -> Response {
        var response = Response(status: status, contentType: "application/json", body: body)
        response.append(field: "Cache-Control", "no-store")
        return response
    }
}
