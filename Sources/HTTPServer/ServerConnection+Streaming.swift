import HTTP
import Network

// Bodies and answers that are longer than what is held of them at a time.

extension ServerConnection {
    /// Lets a task answer a request while its body comes.
    func stream(_ request: Request, to respond: @escaping IncomingBody.Handler) {
        let reader = BodyReader(self)
        admitted = (request, .streamed(reader))
        let body = reader.body(request.head.framing, on: socket.loop)
        perform { connection in
            let response = await respond(body)
            await connection.value.answer(streamed: response)
        }
    }

    /// Sends the answer to a request whose body is streamed, unless the body was refused: then that
    /// is the answer.
    private func answer(streamed response: Response) async {
        guard case .streamed(let reader)? = admitted?.taker else { return }
        admitted = nil
        reader.end(.answered)
        complete(response)
        await sendParts()
    }

    /// Tells the task that reads a streamed body that no more of it comes, and that nobody waits
    /// for its answer.
    func abandonBody(_ reason: IncompleteBody) {
        if case .streamed(let reader)? = admitted?.taker {
            task?.cancel()
            reader.end(reason)
        }
        admitted = nil
    }

    /// Somebody waits for the next part of the body.
    func awaitPart() {
        cycle.awaitPart()
        pump()
    }

    /// Sends the parts of an answer that has them.
    func sendParts() async {
        guard let answer = streamed else { return }
        let isWhole = await answer.send()
        streamed = nil
        endRequest(contentBytes: answer.byteCount)
        // A reset: a clean end would pass for the end of the content.
        if isWhole { endAnswer() } else { socket.abort() }
    }
}
