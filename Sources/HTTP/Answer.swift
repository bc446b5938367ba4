/// What an application says to a request.
public enum Answer {
    /// Here it is: nothing had to be waited for.
    case response(Response)
    /// It takes time. The closure runs as a task on the connection's own loop; later requests of
    /// the connection wait for it. The task is cancelled when the peer is gone: what has not begun
    /// by then need not begin. A peer that has only ended its own direction is still there.
    case pending(@Sendable () async -> Response)
    /// Another thread does the work, which the closure hands to it on the connection's own loop;
    /// later requests of the connection wait. What a task costs is saved: for work that is handed
    /// over once and answered once.
    case deferred(Deferral)
    /// Another thread works something out first that would hold up a loop; the answer is made of
    /// it, on the connection's own loop. Later requests of the connection wait.
    case prepared(Preparation)
    /// 101, and from then on frames go to the session. If the request does not ask for a
    /// WebSocket, the answer is 426, and if its handshake is not sound, 400.
    case webSocket(any WebSocketSession)
}

extension Answer {
    /// What a route that streams bodies answers to a request that has none.
    public static func pending(withNoBody respond: @escaping IncomingBody.Handler) -> Answer {
        .pending { await respond(.empty) }
    }

    /// Hands work over, to be answered through the reply once, from any thread.
    ///
    /// - Returns: what withdraws the work. Called on the loop when the peer is gone: what has not
    ///   begun by then need not begin, and a reply may still come or not.
    public typealias Deferral = (_ reply: @escaping Reply) -> Withdrawal

    /// Takes what makes the answer, to be called on the connection's loop unless the peer is gone:
    /// mostly a response.
    public typealias Reply = @Sendable (_ answer: @escaping @Sendable () -> Answer) -> Void

    /// Says that nobody wants the work any more.
    public typealias Withdrawal = () -> Void
}
