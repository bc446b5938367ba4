/// A request method (RFC 9110 §9). Methods are case-sensitive.
public enum Method: Hashable, Sendable {
    case get, head, post, put, patch, delete, options
    /// Any other token, such as `TRACE`.
    case other(String)

    /// The method as it is written on the wire.
    public var name: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .patch: "PATCH"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .other(let name): name
        }
    }

    /// The method whose name these bytes are. The caller has checked that they form a token.
    public init(token: Span<UInt8>) {
        self =
            switch token.count {
            case 3 where token.equals("GET"): .get
            case 3 where token.equals("PUT"): .put
            case 4 where token.equals("POST"): .post
            case 4 where token.equals("HEAD"): .head
            case 5 where token.equals("PATCH"): .patch
            case 6 where token.equals("DELETE"): .delete
            case 7 where token.equals("OPTIONS"): .options
            default: .other(String(decoding: [UInt8](copying: token), as: UTF8.self))
            }
    }
}
