import Bytes
import Crypto
import Diagnostics
import HTTP
import PostgresTestSupport
import Store
import Testing

@testable import Auth

/// A request that is refused, and how.
struct Refusal: CustomTestStringConvertible, Sendable {
    let name: String
    let body: String
    let status: Int
    let code: String
    let message: String
    var testDescription: String { name }

    init(_ name: String, _ body: String, _ status: Int, _ code: String, _ message: String) {
        self.name = name
        self.body = body
        self.status = status
        self.code = code
        self.message = message
    }
}

let versionField = [("X-Supabase-Api-Version", "2024-01-01")]

/// Both error forms of auth.md §2.1 for one refusal.
func expectBothForms(
    _ refusal: Refusal, _ call: ([(String, String)]) async -> Reply
) async {
    let old = await call([])
    #expect(old.status == refusal.status, "\(old.text)")
    #expect(old.json?["code"]?.int64 == Int64(refusal.status))
    #expect(old.json?["error_code"]?.string == refusal.code)
    #expect(old.json?["msg"]?.string?.hasPrefix(refusal.message) == true, "\(old.text)")
    #expect(old.response.field("X-Supabase-Api-Version") == nil)
    let new = await call(versionField)
    #expect(new.status == refusal.status)
    #expect(new.json?["code"]?.string == refusal.code)
    #expect(new.json?["message"]?.string?.hasPrefix(refusal.message) == true)
    #expect(new.json?["msg"] == nil)
    #expect(new.response.field("X-Supabase-Api-Version") == "2024-01-01")
    #expect(new.response.field("Content-Type") == "application/json")
}

@Suite(.fewAtOnce) struct SignupTests {
    static let refusals: [Refusal] = [
        .init("broken JSON", "{", 400, "bad_json", "Could not parse request body as JSON"),
        .init(
            "too many values", "{\"a\":[" + String(repeating: "1,", count: 4_700) + "1]}", 400,
            "bad_json", "Could not parse request body as JSON: it has more than 4608 values"),
        .init("no object", "[]", 400, "bad_json", "Could not parse request body as JSON"),
        .init("email a number", #"{"email":1,"password":"secret"}"#, 400, "bad_json", "Could not"),
        .init(
            "data no object", #"{"email":"a@b.c","password":"secret","data":[]}"#, 400, "bad_json",
            "Could not parse request body as JSON: data must be an object"),
        .init(
            "empty body is anonymous", "", 422, "anonymous_provider_disabled",
            "Anonymous sign-ins are disabled"),
        .init(
            "nulls are absent", #"{"email":null,"phone":"","password":null}"#, 422,
            "anonymous_provider_disabled", "Anonymous sign-ins are disabled"),
        .init(
            "both", #"{"email":"a@b.c","phone":"123","password":"secret"}"#, 400,
            "validation_failed",
            "Only an email address or phone number should be provided on signup."
        ),
        .init(
            "phone", #"{"phone":"123","password":"secret"}"#, 400, "phone_provider_disabled",
            "Unsupported phone provider"),
        .init(
            "no password", #"{"email":"a@b.c"}"#, 400, "validation_failed",
            "Signup requires a valid password"),
        .init(
            "short password", #"{"email":"a@b.c","password":"12345"}"#, 422, "weak_password",
            "Password should be at least 6 characters."),
        .init(
            "long password",
            #"{"email":"a@b.c","password":"\#(String(repeating: "x", count: 1025))"}"#, 400,
            "validation_failed", "Password cannot be longer than 1024 characters"),
        .init(
            "password with NUL", #"{"email":"a@b.c","password":"secret\u0000"}"#, 400,
            "validation_failed", "Password cannot contain the NUL character"),
        .init(
            "bad address", #"{"email":"a@@b.c","password":"secret"}"#, 400, "validation_failed",
            "Unable to validate email address: invalid format"),
        .init(
            "long address",
            #"{"email":"a@\#(String(repeating: "x.", count: 130))org","password":"secret"}"#, 400,
            "validation_failed", "An email address is too long"),
        .init(
            "half a PKCE pair", #"{"email":"a@b.c","password":"secret","code_challenge":"x"}"#, 400,
            "validation_failed", "PKCE flow requires code_challenge_method and code_challenge"),
        .init(
            "short challenge",
            #"{"email":"a@b.c","password":"secret","code_challenge":"x","#
                + #""code_challenge_method":"s256"}"#,
            400, "validation_failed", "code challenge has to be between 43 and 128"),
        .init(
            "large metadata",
            #"{"email":"a@b.c","password":"secret","data":{"x":""#
                + String(repeating: "x", count: 8192) + #""}}"#,
            422, "validation_failed", "User metadata may have at most 8192 bytes"),
        .init(
            "metadata with NUL",
            #"{"email":"a@b.c","password":"secret","data":{"x":"\u0000"}}"#,
            400, "validation_failed", "User metadata: unsupported Unicode escape sequence"),
        .init(
            "metadata with a number too large",
            #"{"email":"a@b.c","password":"secret","data":{"x":1e200000}}"#,
            400, "validation_failed", "User metadata: value overflows numeric format"),
        .init(
            "body over 64 KiB", #"{"x":"\#(String(repeating: "x", count: 64 << 10))"}"#, 413,
            "request_entity_too_large", "The body is larger than the limit of 65536 bytes"),
    ]

    @Test(arguments: refusals)
    func `bad input is refused in both error forms`(refusal: Refusal) async throws {
        let fixture = try Fixture()
        await expectBothForms(refusal) { fields in
            await fixture.call(.post, "/signup", refusal.body, fields: fields)
        }
        #expect(try await fixture.count("SELECT count(*) FROM _apus_users") == 0)
    }

    @Test func `a sign-up answers a whole session`() async throws {
        let fixture = try Fixture()
        let reply = await fixture.signUp(
            "  Ada@Example.org ", data: #"{"name":"Ada","role":"admin","app_metadata":{"x":1}}"#)
        #expect(reply.status == 200)
        #expect(reply.response.field("Cache-Control") == "no-store")
        let now = fixture.clock.now
        let session = try #require(reply.json)
        #expect(session["token_type"]?.string == "bearer")
        #expect(session["expires_in"]?.int64 == 3600)
        #expect(session["expires_at"]?.int64 == now.seconds + 3600)
        #expect(reply.refreshToken.utf8.count >= 12)
        let user = try #require(session["user"])
        let id = try #require(user["id"]?.string)
        #expect(isUUID(id))
        for (key, value) in [
            ("aud", "authenticated"), ("role", "authenticated"), ("email", "ada@example.org"),
            ("phone", ""), ("created_at", now.rfc3339), ("updated_at", now.rfc3339),
            ("email_confirmed_at", now.rfc3339), ("confirmed_at", now.rfc3339),
            ("last_sign_in_at", now.rfc3339),
        ] { #expect(user[key]?.string == value, "\(key)") }
        #expect(user["is_anonymous"]?.bool == false)
        #expect(
            String(utf8: try #require(user["app_metadata"]).raw)
                == #"{"provider":"email","providers":["email"]}"#)
        let metadata = try #require(user["user_metadata"])
        #expect(metadata["name"]?.string == "Ada")
        #expect(metadata["email_verified"]?.bool == true)
        let identity = try #require(user["identities"]?.elements.first)
        #expect(identity["id"]?.string == id)
        #expect(identity["user_id"]?.string == id)
        #expect(identity["provider"]?.string == "email")
        #expect(identity["email"]?.string == "ada@example.org")
        #expect(isUUID(identity["identity_id"]?.string ?? ""))
        #expect(identity["identity_data"]?["sub"]?.string == id)
        #expect(identity["identity_data"]?["name"]?.string == "Ada")
        #expect(identity["created_at"]?.string?.hasSuffix("Z") == true)
    }

    @Test func `the access token says who and how`() async throws {
        let fixture = try Fixture()
        let reply = await fixture.signUp(data: #"{"role":"service_role","sub":"x"}"#)
        let claims = try claims(of: reply.accessToken)
        let now = fixture.clock.now.seconds
        #expect(claims["iss"]?.string == "http://127.0.0.1:54321/auth/v1")
        #expect(claims["sub"]?.string == reply.user?["id"]?.string)
        #expect(claims["aud"]?.string == "authenticated")
        #expect(claims["role"]?.string == "authenticated")
        #expect(claims["iat"]?.int64 == now)
        #expect(claims["exp"]?.int64 == now + 3600)
        #expect(claims["email"]?.string == "ada@example.org")
        #expect(claims["phone"]?.string == "")
        #expect(claims["aal"]?.string == "aal1")
        #expect(claims["is_anonymous"]?.bool == false)
        #expect(isUUID(claims["session_id"]?.string ?? ""))
        let method = try #require(claims["amr"]?.elements.first)
        #expect(method["method"]?.string == "password")
        #expect(method["timestamp"]?.int64 == now)
        #expect(claims["user_metadata"]?["role"]?.string == "service_role")
    }

    @Test func `a taken address is refused whatever its case`() async throws {
        let fixture = try Fixture()
        #expect(await fixture.signUp("ada@example.org").status == 200)
        for address in ["ada@example.org", "ADA@EXAMPLE.ORG", " ada@Example.org\\t"] {
            let reply = await fixture.signUp(address)
            #expect(reply.status == 422)
            #expect(reply.code == "user_already_exists")
            #expect(reply.message == "User already registered")
        }
        #expect(try await fixture.count("SELECT count(*) FROM _apus_users") == 1)
        #expect(try await fixture.count("SELECT count(*) FROM _apus_sessions") == 1)
    }

    @Test func `of twenty sign-ups at once with one address one succeeds`() async throws {
        let fixture = try Fixture()
        let statuses = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<20 { group.addTask { await fixture.signUp().status } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.filter { $0 == 200 }.count == 1)
        #expect(statuses.filter { $0 == 422 }.count == 19)
    }

    @Test func `a weak password tells its reasons`() async throws {
        let fixture = try Fixture()
        let reply = await fixture.signUp(password: "12345")
        #expect(
            reply.json?["weak_password"]?["reasons"]?.elements.compactMap(\.string) == ["length"])
    }

    @Test func `sign-ups and providers can be switched off`() async throws {
        let closed = try Fixture { $0.disablesSignup = true }
        #expect(await closed.signUp().code == "signup_disabled")
        let phoneOnly = try Fixture { $0.allowsEmail = false }
        #expect(await phoneOnly.signUp().code == "email_provider_disabled")
    }

    @Test func `anonymous users get a session and no identity`() async throws {
        let fixture = try Fixture { $0.allowsAnonymous = true }
        let reply = await fixture.call(.post, "/signup", #"{"data":{"theme":"dark"}}"#)
        #expect(reply.status == 200)
        let user = try #require(reply.user)
        #expect(user["is_anonymous"]?.bool == true)
        #expect(user["email"]?.string == "")
        #expect(user["identities"]?.count == 0)
        #expect(String(utf8: try #require(user["app_metadata"]).raw) == "{}")
        #expect(user["user_metadata"]?["theme"]?.string == "dark")
        let claims = try claims(of: reply.accessToken)
        #expect(claims["is_anonymous"]?.bool == true)
        #expect(claims["role"]?.string == "authenticated")
        #expect(claims["amr"]?.elements.first?["method"]?.string == "anonymous")
        #expect(await fixture.call(.post, "/signup", "{}").status == 200)
    }

    @Test func `an expired Authorization does not keep anybody from signing up`() async throws {
        let fixture = try Fixture()
        let reply = await fixture.call(
            .post, "/signup", #"{"email":"a@b.c","password":"secret"}"#, token: "no token")
        #expect(reply.status == 200)
    }

    @Test func `nothing stored or answered holds the password`() async throws {
        let fixture = try Fixture()
        let reply = await fixture.signUp(password: "correct horse battery")
        #expect(!reply.text.contains("horse"))
        #expect(!reply.text.contains("scrypt"))
        let hashed = try await fixture.count(
            "SELECT count(*) FROM _apus_users WHERE password_hash LIKE '$scrypt$ln=4,r=8,p=1$%'")
        #expect(hashed == 1)
    }

    @Test func `a token with the largest metadata is still accepted`() async throws {
        let fixture = try Fixture()
        let text = String(repeating: "x", count: 8192 - 32)
        let reply = await fixture.signUp(data: #"{"x":"\#(text)"}"#)
        #expect(reply.status == 200)
        #expect(reply.accessToken.utf8.count < CryptoLimits.tokenBytesMax)
        #expect(await fixture.user(reply.accessToken).status == 200)
    }

    @Test func `a full disk refuses the sign-up and loses nobody`() async throws {
        let fixture = try Fixture.onSQLite(pagesMax: 60)
        let ada = await fixture.signUp()
        let data = #"{"x":"\#(String(repeating: "x", count: 8000))"}"#
        var refused: Reply?
        for number in 0..<60 where refused == nil {
            let reply = await fixture.signUp("u\(number)@example.org", data: data)
            if reply.status != 200 { refused = reply }
        }
        #expect(refused?.status == 503)
        #expect(refused?.code == "unexpected_failure")
        #expect(refused?.response.field("Retry-After") == "1")
        #expect(refused?.json?["error_id"]?.string != nil)
        #expect(await fixture.user(ada.accessToken).status == 200)
    }
}
