public import HTTP

/// What the server serves. Built on, and confined to, one loop.
///
/// A request without a body goes to `respond` at once. One with a body is admitted by its head
/// first, before any of the body is read or `100 Continue` is sent, and goes to what its admission
/// names: when it is whole, or at once while its body comes.
public protocol Application: AnyObject {
    /// Decides by its head about a request that announces a body.
    ///
    /// - Parameter request: The request without its body.
    func admit(_ request: Request) -> Admission

    /// Answers a request without a body. Called on the loop's thread, one request of a connection
    /// at a time; what takes longer than a moment belongs into `Answer.pending` or
    /// `Answer.deferred`.
    func respond(to request: Request) -> Answer

    /// Words why the body of an admitted request is not taken: 408, 413, 415, or 400 for broken
    /// chunks.
    func response(to fault: HTTPFault, in request: Request) -> Response

    /// Adds what every answer carries, whether the application or the server has made it. Called
    /// on the loop's thread, once for each answer, before it is sent; not for a 101.
    ///
    /// - Parameters:
    ///   - head: The request's, nil when none has come whole and sound.
    ///   - id: The request's number, nil likewise.
    func complete(_ response: inout Response, to head: RequestHead?, id: UInt64?)

    /// A request is over: its answer has been queued to its end, or the peer is gone and nothing is
    /// done for it any more, or its WebSocket is closed. Called on the loop's thread, once for each
    /// request that was given to `admit` or `respond`.
    ///
    /// - Parameter contentBytes: those of the answer's content.
    func ended(_ id: UInt64, contentBytes: Int)

    /// Lets go of what is the loop's: no connection is left. Called on the loop's thread, once,
    /// before the loop ends.
    func end()
}

extension Application {
    /// The fault's own wording.
    public func response(to fault: HTTPFault, in request: Request) -> Response { fault.response }

    /// Adds nothing.
    public func complete(_ response: inout Response, to head: RequestHead?, id: UInt64?) {}

    /// Does nothing.
    public func ended(_ id: UInt64, contentBytes: Int) {}

    /// Lets go of nothing.
    public func end() {}
}

/// What becomes of a request that announces a body.
public enum Admission {
    /// The answer stands already, mostly a refusal, and is no stream: the body is not read.
    case answered(Response)
    /// The body is taken within this policy, and the whole request handed to the closure, on the
    /// loop's thread.
    case body(BodyPolicy, respond: (Request) -> Answer)
    /// The body is taken within this policy, a part at a time, by whom the closure names: it is
    /// called with the request at once, on the loop's thread.
    case streamed(BodyPolicy, respond: (Request) -> IncomingBody.Handler)
}
