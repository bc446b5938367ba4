import Bytes
import Diagnostics
import HTTP

/// What clients know and this server does not offer: always an error, never a silent success
/// (auth.md §22).
struct Absence: Sendable {
    let methods: MethodSet
    let pattern: PathPattern
    let entry: Entry
    let problem: Problem

    init(_ methods: MethodSet, _ pattern: PathPattern, _ entry: Entry, _ problem: Problem) {
        self.methods = methods
        self.pattern = pattern
        self.entry = entry
        self.problem = problem
    }

    /// Open are the paths that mails and providers lead browsers to, and what machines discover
    /// (auth.md §1.2).
    static let all = [
        Absence(.post, "recover/{rest...}", .key, .mailNotOffered),
        Absence(.post, "resend/{rest...}", .key, .mailNotOffered),
        Absence(.post, "magiclink/{rest...}", .key, .mailNotOffered),
        Absence(.get, "reauthenticate/{rest...}", .key, .mailNotOffered),
        Absence(.get, "verify/{rest...}", .open, .mailNotOffered),
        Absence(.post, "verify/{rest...}", .key, .mailNotOffered),
        Absence(.get, "authorize/{rest...}", .open, .providerNotOffered),
        Absence(.post, "authorize/{rest...}", .key, .providerNotOffered),
        Absence([.get, .post], "callback/{rest...}", .open, .providerNotOffered),
        Absence([.get, .post, .delete], "factors/{factor}/{rest...}", .key, .factorUnknown),
        Absence([.get, .delete], "user/identities/{rest...}", .key, .linkingNotOffered),
        Absence(.resource, "user/{rest...}", .key, .featureNotOffered),
        Absence(.resource, "sso/{rest...}", .key, .samlNotOffered),
        Absence(.resource, "sso/saml/{rest...}", .open, .samlNotOffered),
        Absence(.resource, "passkeys/{rest...}", .key, .passkeysNotOffered),
        Absence(.resource, "oauth/{rest...}", .key, .featureNotOffered),
        Absence(.resource, "scim/{rest...}", .key, .featureNotOffered),
        Absence(.post, "invite/{rest...}", .key, .adminNotOffered),
        Absence(.resource, "admin/{rest...}", .key, .adminNotOffered),
        Absence(.resource, "admin/sso/{rest...}", .key, .singleSignOnNotOffered),
        Absence(.get, ".well-known/{rest...}", .open, .featureNotOffered),
    ]
}

extension Problem {
    static let mailNotOffered = notOffered(
        "feature_disabled", "This server does not send mail, so links and codes are not offered")
    static let adminNotOffered = notOffered(
        "feature_disabled", "The administration of users is not offered by this server")
    static let singleSignOnNotOffered = notOffered(
        "sso_provider_not_found", "No SSO provider exists on this server")
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

// Refusals that depend on what is asked for (auth.md §10.2, §13, §22): clients tell a channel or a
// kind that is switched off from a service that is not there.

/// Kinds of second factors, and what is said where each is not offered.
private let factorKinds: [(type: String, problem: Problem)] = [
    ("totp", .factorNotOffered("totp", "TOTP")),
    ("phone", .factorNotOffered("phone", "Phone")),
    ("webauthn", .factorNotOffered("webauthn", "WebAuthn")),
]

extension Problem {
    /// Why no code is sent.
    static func codeNotOffered(_ body: RequestBody) -> Problem {
        body.has("phone") ? .phoneDisabled : .mailNotOffered
    }

    /// Why no second factor is enrolled.
    static func enrollmentNotOffered(_ body: RequestBody) throws(Problem) -> Problem {
        let type = try body.text("factor_type")
        return factorKinds.first { $0.type == type }?.problem
            ?? .validation("factor_type needs to be totp, phone, or webauthn")
    }

    fileprivate static func factorNotOffered(_ type: String, _ name: String) -> Problem {
        notOffered(
            "mfa_\(type)_enroll_not_enabled", status: 422, "MFA enroll is disabled for \(name)")
    }
}
