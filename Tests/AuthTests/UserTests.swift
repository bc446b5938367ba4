import Bytes
import Crypto
import Diagnostics
import HTTP
import PostgresTestSupport
import Store
import Testing

@testable import Auth

/// The checks of auth.md §2.3, in their order.
@Suite(.fewAtOnce) struct BearerTests {
    static let id = "01234567-89ab-4cde-8f01-23456789abcd"

    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let fields: [(String, String)]
        let status: Int
        let code: String
        let message: String
    }

    static let malformed: [Case] = [
        Case(
            testDescription: "no header", fields: [], status: 401, code: "no_authorization",
            message: "This endpoint requires a valid Bearer token"),
        Case(
            testDescription: "Basic", fields: [("Authorization", "Basic abc")], status: 401,
            code: "no_authorization", message: "This endpoint requires a valid Bearer token"),
        Case(
            testDescription: "Bearer alone", fields: [("Authorization", "Bearer ")], status: 401,
            code: "no_authorization", message: "This endpoint requires a valid Bearer token"),
        Case(
            testDescription: "no token", fields: [("Authorization", "bearer abc")], status: 403,
            code: "bad_jwt", message: "invalid JWT: unable to parse or verify signature, "),
        Case(
            testDescription: "alg none",
            fields: [("Authorization", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.")], status: 403,
            code: "bad_jwt", message: "invalid JWT: unable to parse or verify signature, "),
    ]

    @Test(arguments: malformed)
    func `a bad Authorization is refused`(example: Case) async throws {
        let fixture = try Fixture()
        let refusal = Refusal(
            "", "", example.status, example.code, example.message)
        for (method, path) in [
            (.get, "/user"), (.put, "/user"), (.post, "/logout"),
        ] as [(HTTP.Method, String)] {
            await expectBothForms(refusal) { fields in
                await fixture.call(method, path, fields: example.fields + fields)
            }
        }
    }

    @Test func `claims are checked in the documented order`() async throws {
        let fixture = try Fixture()
        let now = fixture.clock.now.seconds
        let cases: [(claims: String, status: Int, code: String, message: String)] = [
            (
                #""sub":"\#(Self.id)","exp":\#(now)"#, 403, "bad_jwt",
                "invalid JWT: unable to parse or verify signature, token has invalid claims: "
                    + "token is expired"
            ),
            (#""exp":\#(now + 60)"#, 403, "bad_jwt", "invalid claim: missing sub claim"),
            (
                #""sub":"7","exp":\#(now + 60)"#, 400, "bad_jwt",
                "invalid claim: sub claim must be a UUID"
            ),
            (
                #""sub":"\#(Self.id)","exp":\#(now + 60),"session_id":"x""#, 403, "bad_jwt",
                "invalid claim: session_id claim must be a UUID"
            ),
            (
                #""sub":"\#(Self.id)","exp":\#(now + 60)"#, 403, "user_not_found",
                "User from sub claim in JWT does not exist"
            ),
            (
                #""sub":"\#(Self.id)","exp":\#(now + 60),"aud":"elsewhere""#, 400,
                "validation_failed", "Token audience doesn't match request audience"
            ),
        ]
        for example in cases {
            let token = fixture.sign(#"{"role":"authenticated",\#(example.claims)}"#)
            let reply = await fixture.user(token)
            #expect(reply.status == example.status, "\(example.claims)")
            #expect(reply.code == example.code)
            #expect(reply.message == example.message)
        }
    }

    @Test func `API keys are no users`() async throws {
        let fixture = try Fixture()
        for key in [fixture.secrets.anonKey, fixture.secrets.serviceRoleKey] {
            let reply = await fixture.user(key)
            #expect(reply.status == 403)
            #expect(reply.message == "invalid claim: missing sub claim")
        }
    }

    @Test func `a session that is not there ends the token`() async throws {
        let fixture = try Fixture()
        let reply = await fixture.signUp()
        let id = try #require(reply.user?["id"]?.string)
        let expiry = fixture.clock.now.seconds + 60
        let token = fixture.sign(
            #"{"sub":"\#(id)","exp":\#(expiry),"role":"authenticated","session_id":"\#(Self.id)"}"#)
        let refused = await fixture.user(token)
        #expect(refused.status == 403)
        #expect(refused.code == "session_not_found")
        #expect(refused.message == "Session from session_id claim in JWT does not exist")
    }
}

@Suite(.fewAtOnce) struct UserTests {
    @Test func `GET answers the user as the sign-up did`() async throws {
        let fixture = try Fixture()
        let reply = await fixture.signUp(data: #"{"name":"Ada"}"#)
        let user = await fixture.user(reply.accessToken)
        #expect(user.status == 200)
        #expect(user.response.body == reply.user.map { Array($0.raw) })
        #expect(user.response.field("Cache-Control") == "no-store")
    }

    @Test func `an access token is good until it expires and not longer`() async throws {
        let fixture = try Fixture()
        let reply = await fixture.signUp()
        fixture.clock.advance(seconds: 3599)
        #expect(await fixture.user(reply.accessToken).status == 200)
        fixture.clock.advance(seconds: 1)
        #expect(await fixture.user(reply.accessToken).code == "bad_jwt")
    }

    static let refusals: [Refusal] = [
        .init("broken JSON", "{]", 400, "bad_json", "Could not parse request body as JSON"),
        .init(
            "app_metadata", #"{"app_metadata":{"plan":"gold"}}"#, 403, "not_admin",
            "Updating app_metadata requires admin privileges"),
        .init(
            "same password", #"{"password":"secret-1"}"#, 422, "same_password",
            "New password should be different from the old password."),
        .init(
            "weak password", #"{"password":"123"}"#, 422, "weak_password",
            "Password should be at least 6 characters."),
        .init(
            "taken address", #"{"email":"BOB@example.org"}"#, 422, "email_exists",
            "A user with this email address has already been registered"),
        .init(
            "bad address", #"{"email":"ada"}"#, 400, "validation_failed",
            "Unable to validate email address: invalid format"),
        .init(
            "phone", #"{"phone":"123"}"#, 400, "phone_provider_disabled",
            "Unsupported phone provider"),
        .init(
            "large metadata", #"{"data":{"x":"\#(String(repeating: "x", count: 8192))"}}"#, 422,
            "validation_failed", "User metadata may have at most"),
    ]

    @Test(arguments: refusals)
    func `a bad update changes nothing`(refusal: Refusal) async throws {
        let fixture = try Fixture()
        _ = await fixture.signUp("bob@example.org")
        let reply = await fixture.signUp()
        let before = await fixture.user(reply.accessToken)
        await expectBothForms(refusal) { fields in
            await fixture.call(
                .put, "/user", refusal.body, token: reply.accessToken, fields: fields)
        }
        #expect(await fixture.user(reply.accessToken).text == before.text)
        #expect(await fixture.signIn().status == 200)
    }

    @Test func `data is merged one level deep and null removes`() async throws {
        let fixture = try Fixture()
        let reply = await fixture.signUp(data: #"{"a":1,"b":{"c":1},"d":2}"#)
        fixture.clock.advance(seconds: 7)
        let updated = await fixture.call(
            .put, "/user", #"{"data":{"b":{"e":2},"d":null,"f":[null]},"password":""}"#,
            token: reply.accessToken)
        #expect(updated.status == 200)
        #expect(
            String(utf8: try #require(updated.json?["user_metadata"]).raw)
                == #"{"a":1,"b":{"e":2},"f":[null],"email_verified":true}"#)
        #expect(updated.json?["updated_at"]?.string == fixture.clock.now.rfc3339)
        #expect(await fixture.user(reply.accessToken).text == updated.text)
    }

    @Test func `server-controlled members of the body are ignored`() async throws {
        let fixture = try Fixture()
        let reply = await fixture.signUp()
        let body =
            #"{"role":"service_role","id":"x","is_anonymous":true,"banned_until":"2030-01-01"}"#
        let updated = await fixture.call(.put, "/user", body, token: reply.accessToken)
        #expect(updated.status == 200)
        #expect(updated.json?["role"]?.string == "authenticated")
        #expect(updated.json?["is_anonymous"]?.bool == false)
        #expect(updated.json?["banned_until"] == nil)
    }

    @Test func `a new password ends the other sessions and keeps this one`() async throws {
        let fixture = try Fixture()
        let other = await fixture.signUp()
        let mine = await fixture.signIn()
        let updated = await fixture.call(
            .put, "/user", #"{"password":"secret-2"}"#, token: mine.accessToken)
        #expect(updated.status == 200)
        #expect(await fixture.user(mine.accessToken).status == 200)
        #expect(await fixture.refresh(mine.refreshToken).status == 200)
        #expect(await fixture.user(other.accessToken).code == "session_not_found")
        #expect(await fixture.refresh(other.refreshToken).code == "refresh_token_not_found")
        #expect(
            fixture.service.verify(token: other.accessToken, as: .bearer)
                == .failure(.sessionRevoked))
        #expect(await fixture.signIn().code == "invalid_credentials")
        #expect(await fixture.signIn(password: "secret-2").status == 200)
    }

    @Test func `a new address counts at once`() async throws {
        let fixture = try Fixture()
        let reply = await fixture.signUp()
        let updated = await fixture.call(
            .put, "/user", #"{"email":"Lovelace@example.org"}"#, token: reply.accessToken)
        #expect(updated.status == 200)
        #expect(updated.json?["email"]?.string == "lovelace@example.org")
        let identity = try #require(updated.json?["identities"]?.elements.first)
        #expect(identity["email"]?.string == "lovelace@example.org")
        #expect(identity["identity_data"]?["email"]?.string == "lovelace@example.org")
        #expect(await fixture.signIn().code == "invalid_credentials")
        #expect(await fixture.signIn("lovelace@example.org").status == 200)
        #expect(await fixture.signUp().status == 200)
    }

    @Test func `an anonymous user becomes permanent with an address`() async throws {
        let fixture = try Fixture { $0.allowsAnonymous = true }
        let reply = await fixture.call(.post, "/signup", "{}")
        let early = await fixture.call(
            .put, "/user", #"{"password":"secret-1"}"#, token: reply.accessToken)
        #expect(early.status == 422)
        #expect(early.code == "validation_failed")
        let updated = await fixture.call(
            .put, "/user", #"{"email":"ada@example.org","password":"secret-1"}"#,
            token: reply.accessToken)
        #expect(updated.status == 200)
        #expect(updated.json?["id"]?.string == reply.user?["id"]?.string)
        #expect(updated.json?["is_anonymous"]?.bool == false)
        #expect(updated.json?["identities"]?.count == 1)
        #expect(updated.json?["app_metadata"]?["provider"]?.string == "email")
        #expect(await fixture.signIn().status == 200)
        let renewed = await fixture.refresh(reply.refreshToken)
        #expect(try claims(of: renewed.accessToken)["is_anonymous"]?.bool == false)
    }

    @Test func `of two users who want one address one gets it`() async throws {
        let fixture = try Fixture()
        let ada = await fixture.signUp("ada@example.org")
        let bob = await fixture.signUp("bob@example.org")
        let statuses = await withTaskGroup(of: Int.self) { group in
            for token in [ada.accessToken, bob.accessToken] {
                group.addTask {
                    await fixture.call(
                        .put, "/user", #"{"email":"new@example.org"}"#, token: token
                    ).status
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.sorted() == [200, 422])
    }
}

@Suite(.fewAtOnce) struct LogoutTests {
    static let scopes: [(query: String, mine: Int, other: Int, foreign: Int)] = [
        ("", 403, 403, 200), ("?scope=", 403, 403, 200), ("?scope=global", 403, 403, 200),
        ("?scope=local", 403, 200, 200), ("?scope=others", 200, 403, 200),
    ]

    @Test(arguments: scopes)
    func `each scope ends its sessions at once`(
        query: String, mine: Int, other: Int, foreign: Int
    ) async throws {
        let fixture = try Fixture()
        let bob = await fixture.signUp("bob@example.org")
        let second = await fixture.signUp()
        let first = await fixture.signIn()
        let reply = await fixture.call(.post, "/logout" + query, token: first.accessToken)
        #expect(reply.status == 204)
        #expect(reply.response.body.isEmpty)
        for (session, status) in [(first, mine), (second, other), (bob, foreign)] {
            let user = await fixture.user(session.accessToken)
            #expect(user.status == status)
            if status == 403 { #expect(user.code == "session_not_found") }
            let refreshed = await fixture.refresh(session.refreshToken)
            #expect(refreshed.status == (status == 200 ? 200 : 400))
        }
    }

    @Test func `an unknown scope ends nothing`() async throws {
        let fixture = try Fixture()
        let reply = await fixture.signUp()
        let refused = await fixture.call(.post, "/logout?scope=all", token: reply.accessToken)
        #expect(refused.status == 400)
        #expect(refused.message == #"Unsupported logout scope "all""#)
        #expect(await fixture.user(reply.accessToken).status == 200)
    }

    @Test func `a second sign-out is told that the session is gone`() async throws {
        let fixture = try Fixture()
        let reply = await fixture.signUp()
        #expect(await fixture.call(.post, "/logout", "{}", token: reply.accessToken).status == 204)
        let again = await fixture.call(.post, "/logout", token: reply.accessToken)
        #expect(again.status == 403)
        #expect(again.code == "session_not_found")
    }

    @Test func `revoked sessions stay revoked after a restart until their tokens expire`()
        async throws
    {
        let fixture = try Fixture()
        let reply = await fixture.signUp()
        _ = await fixture.call(.post, "/logout", token: reply.accessToken)
        let clock = fixture.clock
        func restart() throws -> AuthService {
            var settings = AuthSettings()
            settings.scrypt = ScryptParameters(logN: 4, r: 8, p: 1)!
            return try AuthService(
                database: fixture.database, settings: settings, secrets: fixture.secrets,
                clock: { clock.now })
        }
        #expect(
            try restart().verify(token: reply.accessToken, as: .bearer)
                == .failure(.sessionRevoked))
        clock.advance(seconds: 3600 + 30)
        let later = try restart()
        #expect(
            later.verify(token: reply.accessToken, as: .bearer)
                == .failure(.expired(secondsAgo: 30)))
        let another = await fixture.signIn()
        _ = await fixture.call(.post, "/logout", token: another.accessToken)
        #expect(try await fixture.count("SELECT count(*) FROM _apus_revoked_sessions") == 1)
    }

    @Test func `a sign-out while the clock is ahead revives no token`() async throws {
        let fixture = try Fixture()
        let reply = await fixture.signUp()
        let bystander = await fixture.signIn()
        _ = await fixture.call(.post, "/logout?scope=local", token: reply.accessToken)
        let clock = fixture.clock
        clock.set(by: 7 * 86_400)
        let ahead = await fixture.signIn()
        _ = await fixture.call(.post, "/logout?scope=local", token: ahead.accessToken)
        // So many that this process forgets those that have expired too.
        fixture.service.verifier.revoke(
            (0..<2000).map { RevokedSession(id: "\($0)", expiresAt: clock.now.seconds) },
            now: clock.now)
        clock.set(by: 7 * 86_400)
        let second = await fixture.signIn()
        _ = await fixture.call(.post, "/logout?scope=local", token: second.accessToken)
        clock.set(by: -14 * 86_400)
        var settings = AuthSettings()
        settings.scrypt = ScryptParameters(logN: 4, r: 8, p: 1) ?? .standard
        let restarted = try AuthService(
            database: fixture.database, settings: settings, secrets: fixture.secrets,
            clock: { clock.now })
        for service in [fixture.service, restarted] {
            for use in [TokenUse.bearer, .socket] {
                let verdict = await service.verdict(on: reply, as: use)
                #expect(verdict == .failure(.sessionRevoked))
                let other = await service.verdict(on: bystander, as: use)
                #expect((try? other.get()) != nil)
            }
        }
        clock.advance(seconds: 7 * 86_400)
        #expect(await restarted.verdict(on: ahead, as: .bearer) == .failure(.sessionRevoked))
    }

    @Test func `a restart while the clock is ahead revives no token`() async throws {
        let fixture = try Fixture()
        let reply = await fixture.signUp()
        _ = await fixture.call(.post, "/logout", token: reply.accessToken)
        let clock = fixture.clock
        clock.set(by: 7 * 86_400)
        var settings = AuthSettings()
        settings.scrypt = ScryptParameters(logN: 4, r: 8, p: 1) ?? .standard
        let restarted = try AuthService(
            database: fixture.database, settings: settings, secrets: fixture.secrets,
            clock: { clock.now })
        clock.set(by: -7 * 86_400)
        #expect(
            restarted.verify(token: reply.accessToken, as: .bearer) == .failure(.sessionRevoked))
    }
}
