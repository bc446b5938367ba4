import HTTP
import Network

/// Hands a body that is streamed from its connection to the task that answers the request. Confined
/// to the loop's thread.
@safe final class BodyReader {
    private enum State {
        case coming
        /// The last part has been taken.
        case whole
        case incomplete(IncompleteBody)
    }

    private typealias Outcome = Result<[UInt8]?, IncompleteBody>

    private var state = State.coming
    private weak let connection: ServerConnection?
    private var waiting: UnsafeContinuation<Outcome, Never>?

    init(_ connection: ServerConnection) { self.connection = connection }

    /// The reader as the task sees it.
    func body(_ framing: BodyFraming, on loop: EventLoop) -> IncomingBody {
        let reader = LoopBound(self, on: loop)
        var length: Int?
        if case .fixed(let count) = framing { length = count }
        return IncomingBody(length: length) { () async throws(IncompleteBody) in
            try await reader.value.next()
        }
    }

    private func next() async throws(IncompleteBody) -> [UInt8]? {
        switch state {
        case .whole: return nil
        case .incomplete(let reason): throw reason
        case .coming: break
        }
        precondition(unsafe waiting == nil, "a body is read by one task")
        let outcome: Outcome = await unsafe withUnsafeContinuation { continuation in
            unsafe waiting = continuation
            connection?.awaitPart()
        }
        return try outcome.get()
    }

    /// Brings what was awaited: a part, or nil after the last.
    func supply(_ part: [UInt8]?) {
        if part == nil { state = .whole }
        resume(.success(part))
    }

    /// Nothing more comes.
    func end(_ reason: IncompleteBody) {
        guard case .coming = state else { return }
        state = .incomplete(reason)
        resume(.failure(reason))
    }

    private func resume(_ outcome: Outcome) {
        let continuation = unsafe waiting
        unsafe waiting = nil
        unsafe continuation?.resume(returning: outcome)
    }
}

@available(*, unavailable)
extension BodyReader: Sendable {}
