import Bytes
import Diagnostics
import HTTP

/// Which of the two error bodies a caller reads (auth.md §2.1).
///
/// Versions are dates: `X-Supabase-Api-Version` from 2024-01-01 on asks for
/// `{"code":"…","message":"…"}`, anything else gets `{"code":400,"error_code":"…","msg":"…"}`.
struct ErrorForm: Sendable {
    private static let named = "2024-01-01"

    private let isNamed: Bool
    private let requestID: UInt64

    init(_ request: Request) {
        let version = request.field("x-supabase-api-version")
        isNamed = version.map { Self.asksForNames($0) } ?? false
        requestID = request.id
    }

    /// The store's own codes are not among those that clients know.
    private static func code(of problem: Problem) -> String {
        switch problem.status {
        case 500...: "unexpected_failure"
        case 429: "over_request_rate_limit"
        default: problem.code
        }
    }

    private static func asksForNames(_ version: String) -> Bool {
        guard let asked = try? CivilDate(parsing: version),
            let first = CivilDate(year: 2024, month: 1, day: 1)
        else { return false }
        return asked.daysSinceEpoch >= first.daysSinceEpoch
    }

    func response(_ problem: Problem) -> Response {
        let code = Self.code(of: problem)
        var writer = ObjectWriter()
        if isNamed {
            writer.member("code", string: code)
            writer.member("message", string: problem.message)
        } else {
            writer.member("code", integer: Int64(problem.status))
            writer.member("error_code", string: code)
            writer.member("msg", string: problem.message)
            if problem.status >= 500 {
                writer.member("error_id", string: String(requestID, radix: 16))
            }
        }
        if problem.status == 429, let hint = problem.hint { writer.member("hint", string: hint) }
        if problem.code == "weak_password", case .json(let reasons) = problem.details {
            writer.member("weak_password", raw: reasons.bytes)
        }
        var response = Response(
            status: problem.status, contentType: "application/json", body: writer.finish())
        response.refusal = Refusal(problem)
        if isNamed { response.append(field: "X-Supabase-Api-Version", Self.named) }
        response.append(field: "x-sb-error-code", code)
        response.append(field: "Cache-Control", "no-store")
        response.appendRetryAfter(seconds: problem.retryAfterSeconds)
        return response
    }
}
