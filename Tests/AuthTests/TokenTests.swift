import Addresses
import Bytes
import Crypto
import Diagnostics
import HTTP
import PostgresTestSupport
import Quotas
import Store
import Testing
import Values

@testable import Auth

@Suite(.fewAtOnce) struct TokenTests {
    static let refusals: [Refusal] = [
        .init("broken JSON", "nope", 400, "bad_json", "Could not parse request body as JSON"),
        .init("nothing", "", 400, "validation_failed", "missing email or phone"),
        .init(
            "both", #"{"email":"a@b.c","phone":"1","password":"x"}"#, 400, "validation_failed",
            "Only an email address or phone number should be provided on login."),
        .init(
            "phone", #"{"phone":"1","password":"x"}"#, 400, "phone_provider_disabled",
            "Unsupported phone provider"),
        .init(
            "unknown address", #"{"email":"eve@example.org","password":"secret-1"}"#, 400,
            "invalid_credentials", "Invalid login credentials"),
        .init(
            "no address at all", #"{"email":"eve","password":"secret-1"}"#, 400,
            "invalid_credentials", "Invalid login credentials"),
        .init(
            "wrong password", #"{"email":"ada@example.org","password":"secret-2"}"#, 400,
            "invalid_credentials", "Invalid login credentials"),
        .init(
            "no password", #"{"email":"ada@example.org"}"#, 400, "invalid_credentials",
            "Invalid login credentials"),
        .init(
            "password over the limit",
            #"{"email":"ada@example.org","password":"\#(String(repeating: "x", count: 5000))"}"#,
            400, "invalid_credentials", "Invalid login credentials"),
    ]

    @Test func `the write of a sign-in has its part of what its address may have waiting`()
        async throws
    {
        let fixture = try Fixture(seen: { WatchedDatabase($0) })
        let database = try #require(fixture.service.database as? WatchedDatabase)
        #expect(await fixture.signUp().status == 200)
        #expect(await fixture.signIn(address: "198.51.100.7").status == 200)
        #expect(database.callersOfWrites.last?.knownSite == AddressBlock("198.51.100.7"))
    }

    @Test(arguments: refusals)
    func `a bad sign-in is refused in both error forms`(refusal: Refusal) async throws {
        let fixture = try Fixture()
        _ = await fixture.signUp()
        await expectBothForms(refusal) { fields in
            await fixture.call(.post, "/token?grant_type=password", refusal.body, fields: fields)
        }
        #expect(try await fixture.count("SELECT count(*) FROM _apus_sessions") == 1)
    }

    static let grants: [(String, Refusal)] = [
        ("", .init("none", "{}", 400, "invalid_credentials", "unsupported_grant_type")),
        (
            "?grant_type=magic",
            .init("unknown", "{}", 400, "invalid_credentials", "unsupported_grant_type")
        ),
        (
            "?grant_type=pkce",
            .init("empty code", "{}", 400, "validation_failed", "invalid request: both auth code")
        ),
        (
            "?grant_type=pkce",
            .init(
                "unknown code", #"{"auth_code":"x","code_verifier":"y"}"#, 404,
                "flow_state_not_found", "invalid flow state, no valid flow state found")
        ),
        (
            "?grant_type=id_token",
            .init(
                "id token", #"{"provider":"google","id_token":"x"}"#, 400, "provider_disabled",
                "Unsupported provider")
        ),
        (
            "?grant_type=web3",
            .init("web3", "{}", 422, "web3_provider_disabled", "Web3 provider is disabled")
        ),
        (
            "?grant_type=refresh_token",
            .init("no token", "{}", 400, "validation_failed", "Refresh token is not valid")
        ),
        (
            "?grant_type=refresh_token",
            .init(
                "malformed", #"{"refresh_token":"abc"}"#, 400, "validation_failed",
                "Refresh token is not valid")
        ),
    ]

    @Test(arguments: grants)
    func `other grants are refused clearly`(query: String, refusal: Refusal) async throws {
        let fixture = try Fixture()
        await expectBothForms(refusal) { fields in
            await fixture.call(.post, "/token" + query, refusal.body, fields: fields)
        }
    }

    @Test func `a sign-in begins a session of its own`() async throws {
        let fixture = try Fixture()
        let first = await fixture.signUp()
        fixture.clock.advance(seconds: 5)
        let second = await fixture.signIn("ADA@example.org")
        #expect(second.status == 200)
        #expect(second.user?["id"]?.string == first.user?["id"]?.string)
        #expect(second.user?["last_sign_in_at"]?.string == fixture.clock.now.rfc3339)
        let one = try claims(of: first.accessToken)["session_id"]?.string
        let other = try claims(of: second.accessToken)["session_id"]?.string
        #expect(one != other)
        #expect(second.json?["weak_password"] == nil)
        #expect(await fixture.user(first.accessToken).status == 200)
        #expect(await fixture.user(second.accessToken).status == 200)
    }

    @Test func `unknown addresses and wrong passwords look the same`() async throws {
        let fixture = try Fixture()
        _ = await fixture.signUp()
        let unknown = await fixture.signIn("eve@example.org")
        let wrong = await fixture.signIn(password: "secret-2")
        #expect(unknown.response.body == wrong.response.body)
        #expect(unknown.response.fieldLines == wrong.response.fieldLines)
        #expect(unknown.status == wrong.status)
    }

    @Test func `unknown addresses cost a hash too`() async throws {
        let fixture = try Fixture()
        _ = await fixture.signUp()
        let hasher = fixture.service.hasher
        for email in ["eve@example.org", "ada@example.org"] {
            let before = hasher.counts.hashed
            _ = await fixture.signIn(email, password: "wrong-password")
            #expect(hasher.counts.hashed == before + 1, "\(email)")
        }
        // It is no cheaper than that of an account.
        let verdict = try await hasher.verify(Array("a".utf8), against: nil, for: .server)
        #expect(!verdict.matches && !verdict.isOutdated)
    }

    @Test func `a password that today's rules refuse still signs in and is told`() async throws {
        let fixture = try Fixture { $0.passwordCharactersMin = 12 }
        let hash = try await fixture.service.hasher.hash(Array("secret".utf8), for: .server)
        let now = fixture.clock.now
        var user = UserRecord(id: UUIDText.v4(), createdAt: now, updatedAt: now)
        user.email = "old@example.org"
        user.emailConfirmedAt = now
        user.passwordHash = hash
        let account = Account(user: user, identities: [])
        try await fixture.database.write(.first, for: .server) { transaction throws(Problem) in
            try transaction.insert(account)
        }
        let reply = await fixture.signIn("old@example.org", password: "secret")
        #expect(reply.status == 200)
        #expect(
            reply.json?["weak_password"]?["reasons"]?.elements.compactMap(\.string) == ["length"])
    }

    @Test func `an outdated hash is renewed at sign-in`() async throws {
        let fixture = try Fixture()
        _ = await fixture.signUp()
        let older = try PasswordHash(
            of: Array("secret-1".utf8), parameters: ScryptParameters(logN: 3, r: 8, p: 1)!
        ).phc
        try await fixture.change("UPDATE _apus_users SET password_hash = \(older)")
        #expect(await fixture.signIn().status == 200)
        let renewed = try await fixture.count(
            "SELECT count(*) FROM _apus_users WHERE password_hash LIKE '$scrypt$ln=4,%'")
        #expect(renewed == 1)
        #expect(await fixture.signIn().status == 200)
    }

    @Test func `what is wrong with an account is told only to who knows the password`() async throws
    {
        let fixture = try Fixture()
        _ = await fixture.signUp()
        let later = fixture.clock.now.microseconds + 60_000_000
        try await fixture.change("UPDATE _apus_users SET banned_until = \(later)")
        #expect(await fixture.signIn(password: "wrong-1").code == "invalid_credentials")
        #expect(await fixture.signIn().code == "user_banned")
        fixture.clock.advance(seconds: 61)
        #expect(await fixture.signIn().status == 200)
    }
}
