/// A small HTTP/1.1 client over one keep-alive connection.
public final class HTTPClient {
    private let socket: LoopbackSocket
    private let fields: [(String, String)]

    /// Connects.
    ///
    /// - Parameters:
    ///   - key: the API key that every request shows, if any.
    ///   - token: the bearer token that every request shows, if any.
    public init(port: Int, key: String? = nil, token: String? = nil) throws {
        socket = try LoopbackSocket(port: port)
        fields =
            [("apikey", key), ("Authorization", token.map { "Bearer \($0)" })]
            .compactMap { name, value in value.map { (name, $0) } }
    }

    /// Sends a request, with a JSON body where there is one, and reads its answer.
    public func send(
        _ method: String, _ target: String, _ body: String? = nil,
        fields extra: [(String, String)] = []
    ) throws -> HTTPAnswer {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        for (name, value) in fields + extra { text += "\(name): \(value)\r\n" }
        if let body {
            text +=
                "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        } else {
            text += "\r\n"
        }
        socket.send(text)
        return try receive(toHead: method == "HEAD")
    }

    /// Sends bytes as they are and reads one answer.
    ///
    /// - Parameter toHead: whether they are a HEAD, whose answer has no content.
    public func send(raw text: String, toHead: Bool = false) throws -> HTTPAnswer {
        socket.send(text)
        return try receive(toHead: toHead)
    }

    private func receive(toHead: Bool) throws -> HTTPAnswer {
        guard let answer = socket.readAnswer(toHead: toHead) else { throw SocketFault.ended }
        return answer
    }
}
