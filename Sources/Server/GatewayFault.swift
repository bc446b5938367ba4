import Bytes
import Diagnostics
import HTTP
import Quotas

/// What the gateway refuses before any service sees a request (auth.md §1.2), in the gateway's own
/// body form, and the 404 of paths that no service owns.
enum GatewayFault: Error {
    case noKey
    case invalidKey
    case unknownPath
    case noMetricsKey
    /// A page of this origin opens a socket, and may not call.
    case unlistedOrigin(String)
    case throttled(QuotaExhausted)

    /// `{"message": …, "hint": …}`.
    var response: Response { answer([]) }

    /// The same for sockets, whose clients look for an `error` (realtime.md §1).
    var socketResponse: Response { answer([.init("error", .string(wording.message))]) }

    private var wording: (status: Int, message: String, hint: String) {
        switch self {
        case .noKey:
            (
                401, "No API key found in request",
                "No `apikey` request header or url param was found."
            )
        case .invalidKey:
            (
                401, "Invalid API key",
                "Double check your Supabase `anon` or `service_role` API key."
            )
        case .throttled(let quota):
            (
                429, "Request rate limit reached",
                "\(quota.details) Try again in "
                    + "\(counted(Int(quota.retryAfterSeconds), "second"))."
            )
        case .noMetricsKey:
            (
                401, "No valid bearer token found in request",
                "Show the value of APUS_METRICS_KEY as a bearer token."
            )
        case .unlistedOrigin(let origin):
            (
                403, "cors.origins does not list \(origin)",
                "Pages of that origin may open no socket until the setting does."
            )
        case .unknownPath:
            (
                404, "no Route matched with those values",
                "The services are /rest/v1, /auth/v1 and /realtime/v1."
            )
        }
    }

    /// The code for the log; the gateway's own body has none.
    private var code: String? {
        switch self {
        case .throttled: "over_request_rate_limit"
        case .unlistedOrigin: "origin_not_allowed"
        case .noKey, .invalidKey, .unknownPath, .noMetricsKey: nil
        }
    }

    /// What the log says of it.
    var refusal: Refusal {
        Refusal(
            code: code, message: wording.message, details: quota?.details, policy: quota?.policy)
    }

    private var quota: QuotaExhausted? {
        if case .throttled(let quota) = self { quota } else { nil }
    }

    private func answer(_ more: [JSON.Member]) -> Response {
        let (status, message, hint) = wording
        let members: [JSON.Member] = [
            .init("message", .string(message)), .init("hint", .string(hint)),
        ]
        var response = Response(
            status: status, contentType: "application/json; charset=utf-8",
            body: JSON.object(members + more).bytes + [ASCII.lf])
        response.refusal = refusal
        if case .noMetricsKey = self {
            response.append(field: "WWW-Authenticate", ascii: "Bearer")
        }
        if let quota { response.appendRetryAfter(seconds: quota.retryAfterSeconds) }
        return response
    }
}
