public import HTTP

/// What the server serves. Built on, and confined to, one loop.
public protocol Application: AnyObject {
    /// Answers a request. Called on the loop's thread, one request of a connection at a time; what
    /// takes longer than a moment belongs into `Answer.pending`.
    func respond(to request: Request) -> Answer

    /// Adds what every answer carries, whether the application or the server has made it. Called
    /// on the loop's thread, once for each answer, before it is sent; not for a 101.
    ///
    /// - Parameter head: the request's, nil when none has come whole and sound.
    func complete(_ response: inout Response, to head: RequestHead?)
}

extension Application {
    /// Adds nothing.
    public func complete(_ response: inout Response, to head: RequestHead?) {}
}
