import Bytes
import Diagnostics

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
