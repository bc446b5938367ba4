import Bytes
import HTTP
import Schema

/// Cross-origin rules (Fetch standard; rest.md §16, auth.md §1.3): browsers may call from any
/// origin, or only from those that the project lists.
struct CrossOrigin: Sendable {
    /// Allowed origins, empty for every origin.
    private let origins: Set<String>

    init(origins: [String]) { self.origins = Set(origins.filter { $0 != "*" }) }

    /// The answer to a preflight, nil when the request is none.
    func preflight(_ request: Request) -> Response? {
        guard request.method == .options, let origin = request.field("origin"),
            request.fieldBytes("access-control-request-method") != nil
        else { return nil }
        var response = Response(status: 200)
        guard allows(origin) else { return response }
        appendOrigin(origin, to: &response)
        response.append(
            field: "Access-Control-Allow-Methods", ascii: "GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD")
        let asked = request.field("access-control-request-headers").map { $0 + ", " } ?? ""
        response.append(
            field: "Access-Control-Allow-Headers",
            "Authorization, \(asked)Accept, Accept-Language, Content-Language")
        response.append(field: "Access-Control-Max-Age", ascii: "86400")
        return response
    }

    /// Adds what a browser needs to read an answer, errors included.
    func append(to response: inout Response, origin: ArraySlice<UInt8>?) {
        guard let origin else { return }
        let text = String(utf8: origin)
        guard allows(text) else { return }
        appendOrigin(text, to: &response)
        response.append(
            field: "Access-Control-Expose-Headers",
            ascii: """
                Content-Encoding, Content-Location, Content-Range, Content-Type, Date, Location, \
                Server, Transfer-Encoding, Range-Unit, X-Total-Count, Link, X-Supabase-Api-Version, \
                Preference-Applied, Proxy-Status, X-Request-Id
                """)
    }

    private func allows(_ origin: String) -> Bool { origins.isEmpty || origins.contains(origin) }

    private func appendOrigin(_ origin: String, to response: inout Response) {
        if origins.isEmpty {
            response.append(field: "Access-Control-Allow-Origin", ascii: "*")
        } else {
            response.append(field: "Access-Control-Allow-Origin", origin)
            response.append(field: "Access-Control-Allow-Credentials", ascii: "true")
            response.append(field: "Vary", ascii: "Origin")
        }
    }
}
