import HTTP

extension RequestCycle {
    /// What the owner of the socket must do.
    enum Action {
        /// Nothing, until the next event.
        case wait
        /// Ask again when it is this connection's turn: more chunks are here than one step takes.
        case goOn
        /// Let the application judge a request with a body by its head, then call `admitted` or
        /// `refused`.
        case admit(RequestHead)
        /// Send `100 Continue`.
        case sendContinue
        /// Let the application answer a request without a body, then call `answered` or `upgraded`.
        case respond(to: RequestHead)
        /// The body of the admitted request is whole: the same with it.
        case deliver(body: [UInt8])
        /// Hand on what was awaited of a streamed body: a part, or nil after the last.
        case supply(part: [UInt8]?)
        /// Send an answer that says so, in the form of `refusalForm`; `close` follows. The fault is
        /// in the head, or in the body of the admitted request.
        case refuse(HTTPFault)
        /// Send what is queued and close.
        case close
    }
}
