import Auth
import Crypto
import Realtime

extension TokenRefusal {
    /// Why a token that was not accepted opens no feed.
    init(_ problem: TokenProblem) {
        switch problem {
        case .unverified(.signature), .unverified(.unknownKey): self = .signature
        case .unverified: self = .malformed
        case .expired(let seconds): self = .expired(secondsAgo: seconds)
        case .notYetValid, .issuedInFuture: self = .notYetValid
        case .missingClaim: self = .incomplete
        case .subjectNotUUID, .sessionNotUUID, .claim: self = .claims
        case .sessionRevoked: self = .signedOut
        case .sessionUnsettled: self = .unsettled
        }
    }
}
