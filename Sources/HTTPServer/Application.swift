public import HTTP

/// What the server serves. Built on, and confined to, one loop.
public protocol Application: AnyObject {
    /// Answers a request. Called on the loop's thread, one request of a connection at a time; what
    /// takes longer than a moment belongs into `Answer.pending`.
    func respond(to request: Request) -> Answer
}
