import Addresses
import Bytes
import Crypto
import Diagnostics
import Foundation
import HTTP
import PostgresTestSupport
import PostgresWire
import Quotas
import Store
import StorePostgres
import StoreSQLite
import Synchronization
import TestSupport
import Testing
import Values

@testable import Auth

/// A clock that stands still until it is moved, and the clock on the wall beside it, which
/// somebody may set.
final class TestClock: Sendable {
    private let microseconds: Atomic<Int64>
    private let secondsPassed = Atomic<Int64>(0)
    private let start = ContinuousClock.now

    init(_ start: Instant = Instant(seconds: 1_795_000_000)) {
        microseconds = Atomic(start.microseconds)
    }

    /// What the wall clock says.
    var now: Instant { Instant(microseconds: microseconds.load(ordering: .sequentiallyConsistent)) }

    /// What the monotonic clock says.
    var uptime: ContinuousClock.Instant {
        start.advanced(by: .seconds(secondsPassed.load(ordering: .sequentiallyConsistent)))
    }

    /// Lets time pass.
    func advance(seconds: Int64) {
        secondsPassed.add(seconds, ordering: .sequentiallyConsistent)
        set(by: seconds)
    }

    /// Sets the wall clock forward or back; no time passes.
    func set(by seconds: Int64) {
        microseconds.add(seconds * 1_000_000, ordering: .sequentiallyConsistent)
    }
}

/// An answer, read.
struct Reply: Sendable {
    let response: Response
    let json: JSONValue?

    init(_ response: Response) {
        self.response = response
        json = try? JSONDocument(parsing: response.body).root
    }

    var status: Int { response.status }
    var text: String { String(utf8: response.body) }
    /// The error code of either form.
    var code: String? { json?["error_code"]?.string ?? json?["code"]?.string }
    var message: String? { json?["msg"]?.string ?? json?["message"]?.string }
    var accessToken: String { json?["access_token"]?.string ?? "" }
    var refreshToken: String { json?["refresh_token"]?.string ?? "" }
    var user: JSONValue? { json?["user"] ?? json }
}

/// A service over a real database of its own.
final class Fixture: Sendable {
    /// What is gone with the fixture: the directory of SQLite's file, or PostgreSQL's database.
    private let place: any Sendable
    let database: any Database
    let secrets: Secrets
    let service: AuthService
    let clock = TestClock()

    /// A service on the engine of the tests. Cheap hashes, no rate limits; `adjust` changes what a
    /// test is about.
    convenience init(_ adjust: (inout AuthSettings) -> Void = { _ in }) throws {
        try self.init(seen: { $0 }, adjust)
    }

    /// The same.
    ///
    /// - Parameter seen: the database as the service sees it.
    convenience init(
        seen: (any Database) -> any Database, _ adjust: (inout AuthSettings) -> Void = { _ in }
    ) throws {
        if TestEngine.isPostgres {
            let place = try PostgresServer.shared.makeDatabase()
            let cluster = ClusterConfiguration(try ConnectionTarget(place.url))
            let database = try PostgresDatabase.open(PostgresConfiguration(cluster)) { _ in }
            try self.init(database, in: place, seen: seen(database), adjust)
        } else {
            let place = try TemporaryDirectory()
            let database = try SQLiteDatabase.open(.file(place.file("apus.db")))
            try self.init(database, in: place, seen: seen(database), adjust)
        }
    }

    /// A service on SQLite, whatever the engine of the tests.
    ///
    /// - Parameters:
    ///   - before: what is done to the database before the service sees it.
    ///   - seen: the database as the service sees it.
    static func onSQLite(
        pagesMax: Int? = nil, before: (SQLiteDatabase) throws -> Void = { _ in },
        seen: (SQLiteDatabase) -> any Database = { $0 }
    ) throws -> Fixture {
        let place = try TemporaryDirectory()
        var configuration = DatabaseConfiguration.file(place.file("apus.db"))
        configuration.pagesMax = pagesMax
        let database = try SQLiteDatabase.open(configuration)
        try before(database)
        return try Fixture(database, in: place, seen: seen(database)) { _ in }
    }

    private init(
        _ database: any Database, in place: any Sendable, seen: any Database,
        _ adjust: (inout AuthSettings) -> Void
    ) throws {
        self.place = place
        self.database = database
        var settings = AuthSettings()
        settings.scrypt = ScryptParameters(logN: 4, r: 8, p: 1) ?? .standard
        settings.rateLimits = .off
        settings.hashingThreads = 2
        adjust(&settings)
        secrets = .generate(now: clock.now)
        let clock = clock
        service = try AuthService(
            database: seen, settings: settings, secrets: secrets, clock: { clock.now },
            uptime: { clock.uptime })
    }

    deinit { database.close() }

    func call(
        _ method: HTTP.Method, _ target: String, _ body: String = "", token: String? = nil,
        fields: [(String, String)] = [], address: String = "192.0.2.1"
    ) async -> Reply {
        var fields = fields
        if let token { fields.append(("Authorization", "Bearer \(token)")) }
        var request = Request(method, "/auth/v1" + target, fields: fields, body: Array(body.utf8))
        request.peer = Peer(address)
        let table: RouteTable<Void> = service.routes(
            bodyBytesMax: .max, lookUps: service.database)
        return Reply(await table.response(to: request, from: ()))
    }

    func signUp(
        _ email: String = "ada@example.org", password: String = "secret-1", data: String = "null"
    ) async -> Reply {
        await call(
            .post, "/signup",
            #"{"email":"\#(email)","password":"\#(password)","data":\#(data)}"#)
    }

    func signIn(
        _ email: String = "ada@example.org", password: String = "secret-1",
        address: String = "192.0.2.1"
    ) async -> Reply {
        await call(
            .post, "/token?grant_type=password",
            #"{"email":"\#(email)","password":"\#(password)"}"#, address: address)
    }

    func refresh(_ token: String) async -> Reply {
        await call(
            .post, "/token?grant_type=refresh_token", #"{"refresh_token":"\#(token)"}"#)
    }

    func user(_ token: String) async -> Reply { await call(.get, "/user", token: token) }

    /// A token with these claims, signed with the project's secret.
    func sign(_ claims: String) -> String {
        guard let key = JWTKey(.hmacSHA256(secret: Array(secrets.jwtSecret.utf8))) else {
            return ""
        }
        return JWT.sign(Array(claims.utf8), with: key)
    }

    func change(_ sql: SQL) async throws {
        _ = try await database.write(.first, for: .server) { transaction throws(Problem) in
            try transaction.change(sql)
        }
    }

    /// Rows of a statement that counts.
    func count(_ sql: SQL) async throws -> Int64 {
        try await database.read { source throws(Problem) in
            try source.select(sql, as: [.integer])[0][0].integer ?? -1
        }
    }
}

extension AuthService {
    /// What it says of an access token, once it knows what the store says of its session.
    func verdict(on reply: Reply, as use: TokenUse) async -> Result<TokenClaims, TokenProblem> {
        _ = await eventually {
            verify(token: reply.accessToken, as: use) != .failure(.sessionUnsettled)
        }
        return verify(token: reply.accessToken, as: use)
    }
}

/// The claims of a token, unverified.
func claims(of token: String) throws -> JSONValue {
    let parts = token.split(separator: ".")
    let payload = try #require(parts.count == 3 ? Base64URL.decode(String(parts[1])) : nil)
    return try JSONDocument(parsing: payload).root
}
