import HTTP
import Network

extension ServerConnection {
    /// Queues the head, and the content unless it is a stream.
    func send(
        _ response: Response, _ framing: ResponseEncoder.Framing
    ) -> ResponseEncoder.Delimitation {
        var delimitation = ResponseEncoder.Delimitation.none
        var isContentDue = false
        socket.send { output in
            delimitation = server.encoder.encodeHead(of: response, framing, into: &output)
            isContentDue = delimitation == .length
            guard isContentDue, case .bytes(let body) = response.content,
                body.count <= HTTPServerLimits.copiedBodyBytesMax
            else { return }
            output.append(contentsOf: body)
            isContentDue = false
        }
        guard isContentDue else { return delimitation }
        switch response.content {
        case .bytes(let body): socket.send(body)
        case .file(let range): socket.send(range)
        case .stream: break
        }
        return delimitation
    }
}
