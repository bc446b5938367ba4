import Bytes
import Diagnostics
import HTTP

/// What a path of `/auth/v1` leads to.
enum Endpoint: Sendable {
    case signup, token, logout, user, settings, health, keys
    /// Known to clients and not offered here: always an error, never a silent success (auth.md
    /// §22).
    case notOffered(Problem)
    /// The same, where the error depends on what the request asks for.
    case notOfferedFor(@Sendable (RequestBody) throws(Problem) -> Problem)
}

/// One row of the endpoint index (auth.md §5).
struct Route: Sendable {
    let endpoint: Endpoint
    let methods: [Method]
    /// The methods that need no API key.
    let keyless: [Method]

    /// Nil for a path that is not in the index.
    init?(_ path: String) {
        let parts = path.split(separator: "/").map(String.init)
        guard let first = parts.first else { return nil }
        let known = parts.count == 1 ? Self.offered(first) : nil
        guard let route = known ?? Self.wellKnown(parts) ?? Self.notOffered(first, parts) else {
            return nil
        }
        self = route
    }

    private init(_ endpoint: Endpoint, _ methods: [Method], keyless: [Method] = []) {
        self.endpoint = endpoint
        self.methods = methods
        self.keyless = keyless
    }

    private static let every: [Method] = [.get, .head, .post, .put, .patch, .delete]

    private static func offered(_ name: String) -> Route? {
        switch name {
        case "signup": Route(.signup, [.post])
        case "token": Route(.token, [.post])
        case "logout": Route(.logout, [.post])
        case "user": Route(.user, [.get, .head, .put])
        case "settings": Route(.settings, [.get, .head])
        case "health": Route(.health, [.get, .head])
        default: nil
        }
    }

    private static func wellKnown(_ parts: [String]) -> Route? {
        parts == [".well-known", "jwks.json"]
            ? Route(.keys, [.get, .head], keyless: [.get, .head]) : nil
    }

    private static func notOffered(_ first: String, _ parts: [String]) -> Route? {
        switch first {
        case "otp": Route(.notOfferedFor(Problem.codeNotOffered), [.post])
        case "recover", "resend", "magiclink", "reauthenticate":
            Route(.notOffered(.mailNotOffered), first == "reauthenticate" ? [.get] : [.post])
        case "verify":
            Route(.notOffered(.mailNotOffered), [.get, .head, .post], keyless: [.get, .head])
        case "invite": Route(.notOffered(.adminNotOffered), [.post])
        case "authorize":
            Route(.notOffered(.providerNotOffered), [.get, .head, .post], keyless: [.get, .head])
        case "callback":
            Route(
                .notOffered(.providerNotOffered), [.get, .head, .post],
                keyless: [.get, .head, .post])
        case "factors" where parts.count == 1:
            Route(.notOfferedFor(Problem.enrollmentNotOffered), [.post])
        case "factors": Route(.notOffered(.factorUnknown), [.get, .post, .delete])
        case "user" where parts.dropFirst().first == "identities":
            Route(.notOffered(.linkingNotOffered), [.get, .delete])
        case "sso" where parts.dropFirst().first == "saml":
            Route(.notOffered(.samlNotOffered), every, keyless: every)
        case "sso": Route(.notOffered(.samlNotOffered), every)
        case "passkeys": Route(.notOffered(.passkeysNotOffered), every)
        case "oauth", "scim", "user": Route(.notOffered(.featureNotOffered), every)
        case "admin": Route(.notOffered(adminProblem(parts)), every)
        case ".well-known":
            Route(.notOffered(.featureNotOffered), [.get, .head], keyless: [.get, .head])
        default: nil
        }
    }

    private static func adminProblem(_ parts: [String]) -> Problem {
        parts.starts(with: ["admin", "sso"])
            ? .notOffered("sso_provider_not_found", "No SSO provider exists on this server")
            : .adminNotOffered
    }
}

extension Problem {
    static let unknownPath = Problem(
        code: "not_found", status: 404, message: "There is no such endpoint")
    static let wrongMethod = Problem(
        code: "method_not_allowed", status: 405, message: "Method not allowed")
    static let mailNotOffered = notOffered(
        "feature_disabled", "This server does not send mail, so links and codes are not offered")
    static let adminNotOffered = notOffered(
        "feature_disabled", "The administration of users is not offered by this server")
    static let featureNotOffered = notOffered(
        "feature_disabled", "This feature is not offered by this server")
    static let providerNotOffered = notOffered(
        "validation_failed", status: 400, "Unsupported provider: provider is not enabled")
    static let linkingNotOffered = notOffered(
        "manual_linking_disabled", "Manual linking is disabled")
    static let samlNotOffered = notOffered("saml_provider_disabled", "SAML 2.0 is disabled")
    static let passkeysNotOffered = notOffered("passkey_disabled", "Passkeys are disabled")
    static let factorUnknown = notOffered("mfa_factor_not_found", "Factor not found")
}
