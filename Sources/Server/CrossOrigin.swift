import Bytes
import HTTP

/// Cross-origin rules (Fetch standard §3.2; rest.md §16, auth.md §1.3): pages may call from any
/// origin, or only from those that the project lists. So may they open sockets, which browsers
/// leave to the server to refuse. `complete` alone writes the fields, and it sees every answer
/// once: a browser refuses an answer that says one of them twice.
struct CrossOrigin: Sendable {
    /// The origins allowed, nil for every origin.
    private let origins: Set<String>?

    init(origins: [String]) {
        self.origins = origins.contains("*") ? nil : Set(origins)
    }

    /// Whether a browser asks in this request what a page may send it: no service sees it.
    static func isPreflight(_ head: RequestHead) -> Bool { preflightMethod(head) != nil }

    /// The method that the request to come would have; nil for what is no preflight.
    static func preflightMethod(_ head: RequestHead) -> HTTP.Method? {
        guard head.method == .options, head.fieldBytes("origin") != nil,
            let method = head.fieldBytes("access-control-request-method")
        else { return nil }
        return HTTP.Method(token: method.span)
    }

    /// Why a page that asks for a socket is refused one; nil where its origin may call, where it
    /// names none, as who is no browser does, and where that is the server's own, by the name that
    /// the page has asked for: there fetch needs no leave either.
    func refusal(ofUpgrade head: RequestHead) -> GatewayFault? {
        guard head.fieldBytes("upgrade") != nil, let origin = head.field("origin"),
            !allows(origin)
        else { return nil }
        let host = head.field("host").map { "://" + $0.lowercased() }
        if let host, origin.lowercased().hasSuffix(host) { return nil }
        return .unlistedOrigin(origin)
    }

    private func allows(_ origin: String) -> Bool { origins?.contains(origin) ?? true }

    /// Adds what a browser needs to hand an answer to a page, errors included.
    ///
    /// - Parameter head: the request's, nil when no sound one has come. Its origin is unknown then,
    ///   so the answer is readable where every origin may call.
    func complete(_ response: inout Response, to head: RequestHead?) {
        if response.isForOwnOrigin { return }
        guard origins != nil else {
            guard let head else { return appendFields(to: &response, allowing: "*", nil) }
            guard head.fieldBytes("origin") != nil else { return }
            return appendFields(to: &response, allowing: "*", head)
        }
        // Also where nothing is allowed: a cache must not hand one origin's answer to another.
        response.append(field: "Vary", ascii: "Origin")
        guard let head, let origin = head.field("origin") else { return }
        guard allows(origin) else {
            // A preflight says nothing of it: what is not allowed is left out.
            if Self.isPreflight(head) {
                response.refusal = GatewayFault.unlistedOrigin(origin).refusal
            }
            return
        }
        response.append(field: "Access-Control-Allow-Credentials", ascii: "true")
        appendFields(to: &response, allowing: origin, head)
    }

    private func appendFields(
        to response: inout Response, allowing origin: String, _ head: RequestHead?
    ) {
        response.append(field: "Access-Control-Allow-Origin", origin)
        if let head, Self.isPreflight(head) {
            appendPreflightFields(to: &response, head)
        } else {
            response.append(field: "Access-Control-Expose-Headers", ascii: exposedFields)
        }
    }

    private func appendPreflightFields(to response: inout Response, _ head: RequestHead) {
        response.append(
            field: "Access-Control-Allow-Methods",
            ascii: "GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD")
        var names: [UInt8] = Array("Authorization, Accept, Accept-Language, Content-Language".utf8)
        // A star would not do: it leaves out Authorization, and with credentials it is a name.
        for line in head.fields("access-control-request-headers") where !line.isEmpty {
            names.append(utf8: ", ")
            names.append(utf8: line)
        }
        response.append(field: "Access-Control-Allow-Headers", bytes: names)
        response.append(field: "Access-Control-Max-Age", ascii: "86400")
    }
}

/// What a page may read beside the fields that every page may: all that the services answer with.
private let exposedFields: StaticString = """
    Allow, Content-Encoding, Content-Location, Content-Profile, Content-Range, Date, Link, \
    Location, Preference-Applied, Proxy-Status, Range-Unit, RateLimit, RateLimit-Policy, \
    Retry-After, Server, Transfer-Encoding, WWW-Authenticate, X-Request-Id, X-Sb-Error-Code, \
    X-Supabase-Api-Version, X-Total-Count
    """
