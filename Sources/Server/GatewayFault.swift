import Bytes
import HTTP

/// What the gateway refuses before any service sees a request (auth.md §1.2), in the gateway's own
/// body form, and the 404 of paths that no service owns.
enum GatewayFault {
    case noKey
    case invalidKey
    case unknownPath

    var response: Response {
        let body: JSON
        switch self {
        case .noKey:
            body = [
                "message": "No API key found in request",
                "hint": "No `apikey` request header or url param was found.",
            ]
        case .invalidKey:
            body = [
                "message": "Invalid API key",
                "hint": "Double check your Supabase `anon` or `service_role` API key.",
            ]
        case .unknownPath:
            body = [
                "message": "no Route matched with those values",
                "hint": "The services are /rest/v1, /auth/v1 and /realtime/v1.",
            ]
        }
        var bytes = body.bytes
        bytes.append(ASCII.lf)
        let status = if case .unknownPath = self { 404 } else { 401 }
        return Response(
            status: status, contentType: "application/json; charset=utf-8", body: bytes)
    }
}
