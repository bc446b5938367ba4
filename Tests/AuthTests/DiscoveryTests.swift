import Bytes
import Crypto
import Diagnostics
import HTTP
import PostgresTestSupport
import Store
import Testing

@testable import Auth

@Suite(.fewAtOnce) struct DiscoveryTests {
    @Test func `settings tell what is offered`() async throws {
        let fixture = try Fixture { $0.allowsAnonymous = true }
        let reply = await fixture.call(.get, "/settings", token: "ignored")
        #expect(reply.status == 200)
        let external = try #require(reply.json?["external"])
        #expect(external["email"]?.bool == true)
        #expect(external["anonymous_users"]?.bool == true)
        #expect(external["google"]?.bool == false)
        #expect(external["phone"]?.bool == false)
        #expect(external.count == 26)
        #expect(reply.json?["mailer_autoconfirm"]?.bool == true)
        #expect(reply.json?["disable_signup"]?.bool == false)
    }

    @Test func `health names the service`() async throws {
        let reply = await (try Fixture()).call(.get, "/health")
        #expect(reply.status == 200)
        #expect(reply.json?["name"]?.string == "GoTrue")
        #expect(reply.json?["version"]?.string == "dev")
    }

    @Test func `no key is published`() async throws {
        let reply = await (try Fixture()).call(.get, "/.well-known/jwks.json")
        #expect(reply.text == #"{"keys":[]}"#)
        #expect(reply.response.field("Cache-Control") == "public, max-age=600")
    }

    @Test(arguments: ["/settings", "/health", "/.well-known/jwks.json", "/recover/x"])
    func `HEAD is answered as GET is`(path: String) async throws {
        let fixture = try Fixture()
        let (head, get) = await (fixture.call(.head, path), fixture.call(.get, path))
        #expect(head.status == get.status && head.text == get.text)
    }
}

@Suite(.fewAtOnce) struct RouteTests {
    static let notOffered: [(HTTP.Method, String, Int, String)] = [
        (.post, "/recover", 404, "feature_disabled"),
        (.post, "/resend", 404, "feature_disabled"),
        (.post, "/otp", 404, "feature_disabled"),
        (.post, "/magiclink", 404, "feature_disabled"),
        (.post, "/verify", 404, "feature_disabled"),
        (.get, "/verify?token=x&type=signup", 404, "feature_disabled"),
        (.get, "/reauthenticate", 404, "feature_disabled"),
        (.get, "/authorize?provider=google", 400, "validation_failed"),
        (.get, "/callback", 400, "validation_failed"),
        (.get, "/user/identities/authorize", 404, "manual_linking_disabled"),
        (.delete, "/user/identities/x", 404, "manual_linking_disabled"),
        (.post, "/factors", 400, "validation_failed"),
        (.post, "/factors/x/challenge", 404, "mfa_factor_not_found"),
        (.post, "/factors/x/verify", 404, "mfa_factor_not_found"),
        (.delete, "/factors/x", 404, "mfa_factor_not_found"),
        (.get, "/admin/users", 404, "feature_disabled"),
        (.post, "/admin/users", 404, "feature_disabled"),
        (.put, "/admin/users/x", 404, "feature_disabled"),
        (.delete, "/admin/users/x", 404, "feature_disabled"),
        (.post, "/admin/generate_link", 404, "feature_disabled"),
        (.get, "/admin/audit", 404, "feature_disabled"),
        (.get, "/admin/sso/providers", 404, "sso_provider_not_found"),
        (.post, "/invite", 404, "feature_disabled"),
        (.post, "/sso", 404, "saml_provider_disabled"),
        (.get, "/sso/saml/metadata", 404, "saml_provider_disabled"),
        (.get, "/oauth/authorize", 404, "feature_disabled"),
        (.post, "/passkeys/x", 404, "passkey_disabled"),
        (.get, "/.well-known/openid-configuration", 404, "feature_disabled"),
        (.get, "/scim/v2/Users", 404, "feature_disabled"),
        (.get, "/user/oauth/grants", 404, "feature_disabled"),
        (.get, "/", 404, "not_found"),
        (.get, "/nothing", 404, "not_found"),
        (.post, "/signup/x", 404, "not_found"),
        (.get, "/signup", 405, "method_not_allowed"),
        (.get, "/token", 405, "method_not_allowed"),
        (.get, "/logout", 405, "method_not_allowed"),
        (.delete, "/user", 405, "method_not_allowed"),
        (.post, "/settings", 405, "method_not_allowed"),
        (.get, "/otp", 405, "method_not_allowed"),
        (.get, "/factors", 405, "method_not_allowed"),
    ]

    @Test(arguments: [
        ("/otp", #"{"email":"a@example.com","phone":null}"#, 404, "feature_disabled"),
        ("/otp", #"{"phone":"+15551234"}"#, 400, "phone_provider_disabled"),
        ("/otp", "{", 400, "bad_json"),
        ("/factors", #"{"factor_type":"totp"}"#, 422, "mfa_totp_enroll_not_enabled"),
        ("/factors", #"{"factor_type":"phone"}"#, 422, "mfa_phone_enroll_not_enabled"),
        ("/factors", #"{"factor_type":"webauthn"}"#, 422, "mfa_webauthn_enroll_not_enabled"),
        ("/factors", #"{"factor_type":"stone"}"#, 400, "validation_failed"),
        ("/factors", "[", 400, "bad_json"),
        (
            "/factors", #"{"factor_type":"totp"# + String(repeating: "\u{301}", count: 31) + "\"}",
            400, "bad_json"
        ),
    ])
    func `a refusal names what was asked for`(
        target: String, body: String, status: Int, code: String
    ) async throws {
        let reply = await (try Fixture()).call(.post, target, body)
        #expect(reply.status == status && reply.code == code)
    }

    @Test(arguments: notOffered)
    func `what is not offered says so and never succeeds`(
        method: HTTP.Method, target: String, status: Int, code: String
    ) async throws {
        let fixture = try Fixture()
        for key in [nil, fixture.secrets.serviceRoleKey] {
            await expectBothForms(Refusal(target, "", status, code, "")) { fields in
                await fixture.call(method, target, token: key, fields: fields)
            }
        }
    }

    @Test func `a wrong method is told the right ones`() async throws {
        let reply = await (try Fixture()).call(.delete, "/user")
        #expect(reply.response.field("Allow") == "GET, HEAD, PUT")
    }

    @Test(arguments: ["/signup", "//signup", "/signup/"])
    func `slashes too many do not count`(path: String) async throws {
        let fixture = try Fixture()
        #expect(await fixture.call(.post, path, "{").code == "bad_json")
    }

    @Test(arguments: [
        ("2024-01-01", true), ("2025-06-30", true), ("2023-12-31", false), ("latest", false),
        ("", false), ("2024-13-01", false),
    ])
    func `versions are compared as dates`(version: String, isNamed: Bool) async throws {
        let reply = await (try Fixture()).call(
            .post, "/signup", "{", fields: [("x-supabase-api-version", version)])
        #expect((reply.json?["code"]?.string == "bad_json") == isNamed)
        #expect((reply.response.field("X-Supabase-Api-Version") != nil) == isNamed)
        #expect(reply.response.field("x-sb-error-code") == "bad_json")
    }
}
