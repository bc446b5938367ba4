/// Why a token speaks for nobody on a feed (realtime.md §9).
public enum TokenRefusal: Error, Hashable, Sendable {
    /// It is no token.
    case malformed
    /// It is not signed by the project.
    case signature
    /// It lacks its role or its end.
    case incomplete
    /// Another claim is not what it must be.
    case claims
    /// It is not good yet.
    case notYetValid
    /// It ended so many seconds ago.
    case expired(secondsAgo: Int64)
    /// The session was signed out, or its user's password changed.
    case signedOut
    /// Whether its session was signed out cannot be told yet.
    case unsettled

    /// What clients are told.
    var message: String {
        switch self {
        case .malformed: "The token provided is not a valid JWT"
        case .signature: "Failed to validate JWT signature"
        case .incomplete: "Fields `role` and `exp` are required in JWT"
        case .claims: "The claims of the token provided are not valid"
        case .notYetValid: "Token is not valid yet"
        case .expired(let seconds): "Token has expired \(seconds) seconds ago"
        case .signedOut: "The session of this token was signed out"
        case .unsettled: "The session of this token could not be checked, please try again"
        }
    }
}
