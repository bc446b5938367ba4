import Bytes

/// The opening handshake as a server sees it (RFC 6455 §4.2).
public struct WebSocketHandshake: Hashable, Sendable {
    /// The value of `Sec-WebSocket-Key`: base64 of 16 bytes.
    public let key: [UInt8]

    /// Reads the handshake of a request, or throws the response that refuses it: 426 if the
    /// request asks for no WebSocket or for another version, 400 if it asks wrongly.
    public init(_ request: Request) throws(WebSocketRefusal) {
        let head = request.head
        guard head.asksForWebSocket, head.minorVersion == 1 else {
            throw WebSocketRefusal(
                status: 426, message: "This address speaks WebSocket: send an Upgrade.")
        }
        guard head.method == .get else {
            throw WebSocketRefusal(status: 400, message: "A WebSocket handshake is a GET.")
        }
        guard head.framing == .none else {
            throw WebSocketRefusal(status: 400, message: "A WebSocket handshake has no body.")
        }
        guard head.fieldEquals("sec-websocket-version", "13") else {
            throw WebSocketRefusal(status: 426, message: "The WebSocket version must be 13.")
        }
        guard head.fields("sec-websocket-key").count == 1,
            let key = head.fieldBytes("sec-websocket-key"), key.count == 24,
            Base64.decode(String(decoding: key, as: UTF8.self))?.count == 16
        else {
            throw WebSocketRefusal(
                status: 400, message: "Sec-WebSocket-Key must be 16 bytes in base64.")
        }
        self.key = Array(key)
    }

    /// The accepting response. `sha1` is the digest of §4.2.2, which lives in another room.
    public func response(subprotocol: String?, sha1: ([UInt8]) -> [UInt8]) -> Response {
        var salted = key
        salted.append(ascii: "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
        var response = Response(status: 101)
        response.append(field: "Upgrade", ascii: "websocket")
        response.append(field: "Connection", ascii: "Upgrade")
        response.append(field: "Sec-WebSocket-Accept", Base64.encode(sha1(salted)))
        if let subprotocol { response.append(field: "Sec-WebSocket-Protocol", subprotocol) }
        return response
    }
}

/// Why a handshake is refused. The connection stays good for other requests.
public struct WebSocketRefusal: Error, Hashable, Sendable {
    /// 400 or 426.
    public let status: Int
    /// For the developer at the other end.
    public let message: String

    /// The answer. 426 names the protocol and its version (RFC 9110 §15.5.22, RFC 6455 §4.4).
    public var response: Response {
        var response = HTTPFault(status: status, message: message).response
        if status == 426 {
            // Whoever sends Upgrade names it in Connection too (RFC 9110 §7.8).
            response.append(field: "Connection", ascii: "Upgrade")
            response.append(field: "Upgrade", ascii: "websocket")
            response.append(field: "Sec-WebSocket-Version", ascii: "13")
        }
        return response
    }
}
