/// What an application says to a request.
public enum Answer {
    /// Here it is: nothing had to be waited for.
    case response(Response)
    /// It takes time. The closure runs as a task on the connection's own loop; later requests of
    /// the connection wait for it. The task is cancelled when the peer is gone: what has not begun
    /// by then need not begin. A peer that has only ended its own direction is still there.
    case pending(@Sendable () async -> Response)
    /// 101, and from then on frames go to the session. If the request does not ask for a
    /// WebSocket, the answer is 426, and if its handshake is not sound, 400.
    case webSocket(any WebSocketSession)
}
