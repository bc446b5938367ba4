public import Crypto
public import Diagnostics
import Store

/// Why a token is not accepted. Each protocol surface words it in its own way.
public enum TokenProblem: Error, Hashable, Sendable {
    /// Structure, key or signature.
    case unverified(JWTError)
    /// `exp` has passed, so many seconds ago.
    case expired(secondsAgo: Int64)
    /// `nbf` lies ahead.
    case notYetValid
    /// `iat` lies ahead.
    case issuedInFuture
    /// `sub` is there and is no UUID.
    case subjectNotUUID
    /// `session_id` is there and is no UUID.
    case sessionNotUUID
    /// A claim that must be there is missing: its name.
    case missingClaim(String)
    /// Another claim is not what it must be; the text says which.
    case claim(String)
    /// The session was signed out, or its user's password changed.
    case sessionRevoked
    /// Whether the session was signed out is being asked: the same token has an answer in a moment.
    case sessionUnsettled
}

extension TokenProblem {
    /// As the REST API says it (rest.md §18.2): 401 with `PGRST301` for what cannot be decoded and
    /// `PGRST303` for claims; 503 for what cannot be told yet.
    public var restProblem: Problem {
        switch self {
        case .unverified(.partCount(let count)):
            Self.rest("PGRST301", "Expected 3 parts in JWT; got \(count)")
        case .unverified(.unknownKey), .unverified(.algorithm), .unverified(.signature):
            Self.rest(
                "PGRST301", "No suitable key or wrong key type",
                details: "None of the keys was able to decode the JWT")
        case .unverified: Self.rest("PGRST301", "JWT cryptographic operation failed")
        case .expired: Self.rest("PGRST303", "JWT expired")
        case .notYetValid: Self.rest("PGRST303", "JWT not yet valid")
        case .issuedInFuture: Self.rest("PGRST303", "JWT issued at future")
        case .subjectNotUUID:
            Self.rest("PGRST303", "Parsing claims failed", details: "sub claim must be a UUID")
        case .sessionNotUUID:
            Self.rest(
                "PGRST303", "Parsing claims failed", details: "session_id claim must be a UUID")
        case .missingClaim(let name):
            Self.rest(
                "PGRST303", "Parsing claims failed", details: Self.required(name))
        case .claim(let reason):
            Self.rest("PGRST303", "Parsing claims failed", details: reason)
        case .sessionRevoked:
            Self.rest(
                "PGRST303", "JWT revoked", details: "The session of this token was signed out")
        case .sessionUnsettled: Problem(DatabaseError.busy)
        }
    }

    /// As this room says it (auth.md §2.3).
    var authProblem: Problem {
        switch self {
        case .unverified(let error): .unverifiedToken("token is malformed or forged (\(error))")
        case .expired: .unverifiedToken("token has invalid claims: token is expired")
        case .notYetValid: .unverifiedToken("token has invalid claims: token is not valid yet")
        case .issuedInFuture:
            .unverifiedToken("token has invalid claims: token used before issued")
        case .subjectNotUUID: .badToken("invalid claim: sub claim must be a UUID", status: 400)
        case .sessionNotUUID: .badToken("invalid claim: session_id claim must be a UUID")
        case .missingClaim(let name): .badToken("invalid claim: \(Self.required(name))")
        case .claim(let reason): .badToken("invalid claim: \(reason)")
        case .sessionRevoked: .sessionGone
        case .sessionUnsettled: Problem(store: .busy)
        }
    }

    private static func required(_ claim: String) -> String { "\(claim) claim is required" }

    private static func rest(
        _ code: String, _ message: String, details: String? = nil
    ) -> Problem {
        Problem(code: code, status: 401, message: message, details: details)
    }
}
