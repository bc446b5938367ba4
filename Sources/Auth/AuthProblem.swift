import Bytes
import Diagnostics
import HTTP
import Store

// What this room tells people: codes and messages of auth.md §2.2, worded once. Messages are the
// reference server's, because applications compare them.

extension Problem {
    static func validation(_ message: String) -> Problem {
        Problem(code: "validation_failed", status: 400, message: message)
    }

    static func badJSON(_ reason: String) -> Problem {
        Problem(
            code: "bad_json", status: 400,
            message: "Could not parse request body as JSON: \(reason)")
    }

    /// 403, but 400 where `sub` is there and is no UUID (auth.md §2.3).
    static func badToken(_ reason: String, status: Int = 403) -> Problem {
        Problem(code: "bad_jwt", status: status, message: reason)
    }

    static func unverifiedToken(_ reason: String) -> Problem {
        badToken("invalid JWT: unable to parse or verify signature, \(reason)")
    }

    static func weakPassword(_ message: String, reasons: [String]) -> Problem {
        Problem(
            code: "weak_password", status: 422, message: message,
            details: .json(["reasons": .array(reasons.map(JSON.string))]))
    }

    /// Something is not offered by this server; never a silent success.
    static func notOffered(_ code: String, status: Int = 404, _ message: String) -> Problem {
        Problem(code: code, status: status, message: message)
    }

    static let unknownPath = Problem(
        code: "not_found", status: 404, message: "There is no such endpoint")
    static let wrongMethod = Problem(
        code: "method_not_allowed", status: 405, message: "Method not allowed")
    static let noBearer = Problem(
        code: "no_authorization", status: 401,
        message: "This endpoint requires a valid Bearer token")
    static let userGone = Problem(
        code: "user_not_found", status: 403, message: "User from sub claim in JWT does not exist")
    static let sessionGone = Problem(
        code: "session_not_found", status: 403,
        message: "Session from session_id claim in JWT does not exist")
    static func banned(status: Int) -> Problem {
        Problem(code: "user_banned", status: status, message: "User is banned")
    }
    static let invalidCredentials = Problem(
        code: "invalid_credentials", status: 400, message: "Invalid login credentials")
    static let userExists = Problem(
        code: "user_already_exists", status: 422, message: "User already registered")
    static let emailExists = Problem(
        code: "email_exists", status: 422,
        message: "A user with this email address has already been registered")
    static let refreshTokenUnknown = Problem(
        code: "refresh_token_not_found", status: 400,
        message: "Invalid Refresh Token: Refresh Token Not Found")
    static let refreshTokenUsed = Problem(
        code: "refresh_token_already_used", status: 400,
        message: "Invalid Refresh Token: Already Used")
    static let conflict = Problem(
        code: "conflict", status: 409,
        message: "Too many concurrent requests on this user, please try again")

    /// The fault of a body over its limit, which it tells.
    static func bodyTooLarge(_ fault: HTTPFault) -> Problem {
        Problem(code: "request_entity_too_large", status: 413, message: fault.message)
    }

    /// What the store could not do. A client must be able to try again, so nothing here is a 4xx.
    init(store error: DatabaseError) {
        let status =
            switch error {
            case .busy, .timeout, .unavailable, .unreachable, .full, .readOnly,
                .tooLarge, .noMemory:
                503
            case .unique, .uniqueIndex, .notNull, .check, .foreignKey, .sequenceExhausted,
                .stillReferenced, .tooDeep, .invalidValue, .other, .unexpected:
                500
            }
        self.init(
            code: "unexpected_failure", status: status,
            message: status == 503
                ? "The server cannot reach its storage now, please try again"
                : "Unexpected failure, please check server logs for more information",
            cause: "\(error)")
    }
}
