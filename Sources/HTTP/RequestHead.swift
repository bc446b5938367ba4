/// How the end of a request body is found (RFC 9112 §6.3).
public enum BodyFraming: Hashable, Sendable {
    /// There is none.
    case none
    /// So many bytes follow the head, perhaps more than the limit.
    case fixed(Int)
    /// Chunks follow until one of size zero.
    case chunked
}

/// The request line and the field lines of one request: one buffer holding the bytes as they
/// came, and the places of the parts in it. No part is copied out until somebody asks for it.
public struct RequestHead: Sendable {
    /// The head as it came, without leading blank lines, with the blank line that ends it.
    public internal(set) var bytes: [UInt8]
    /// The method.
    public internal(set) var method: Method
    /// x of `HTTP/1.x`: 0 or 1.
    public internal(set) var minorVersion = 1
    /// How the body is delimited.
    public internal(set) var framing = BodyFraming.none
    /// Whether the peer wants to use the connection again (RFC 9112 §9.3).
    public internal(set) var keepsAlive = true
    /// Whether the peer waits for `100 Continue` before it sends the body (RFC 9110 §10.1.1).
    public internal(set) var expectsContinue = false
    /// Whether an `Upgrade` field names `websocket` and `Connection` names `upgrade`.
    public internal(set) var asksForWebSocket = false

    var target = 0..<0
    var path = 0..<0
    var query = 0..<0
    var fields: [FieldRange] = []

    init(bytes: [UInt8], method: Method) {
        self.bytes = bytes
        self.method = method
    }

    /// The path, not decoded; `/` for an absolute target without one, `*` for `OPTIONS *`.
    public var rawPath: ArraySlice<UInt8> { path.isEmpty ? rootPath : bytes[path] }

    /// What follows the first `?`, not decoded; empty if there is none.
    public var rawQuery: ArraySlice<UInt8> { bytes[query] }
}

private let rootPath: ArraySlice<UInt8> = [0x2F]
