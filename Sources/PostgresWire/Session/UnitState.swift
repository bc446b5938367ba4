/// A unit as the session keeps it until its ReadyForQuery.
struct UnitState {
    enum Kind {
        /// Parse, Bind, Execute and the like.
        case extended
        /// One Query message.
        case simple
    }

    enum CopyPhase: Equatable {
        case none
        /// COPY FROM STDIN is sent, the server has not asked for data.
        case awaited
        /// Data may be sent; binary data ends with a mark.
        case running(ValueFormat)
        /// The server sends data.
        case receiving
    }

    struct Failure {
        let error: ServerError
        let step: Int?
        /// A statement was out of date.
        let isStale: Bool
    }

    let id: UnitID
    let kind: Kind
    /// Its first byte in the outbox, and the first of its records, one a step while it can be sent
    /// again.
    let firstByte: Int
    let firstRecord: Int
    /// The first of the answers that it awaits.
    let firstAwaited: Int
    /// Steps so far.
    var stepCount = 0
    /// Steps whose answers have ended; only for `simple`.
    var answeredCount = 0
    /// Whether its Sync is sent.
    var isSynchronized = false
    var copy = CopyPhase.none
    var failure: Failure?
    /// Whether it can be sent again: nothing of it has been told, it is no COPY and continues no
    /// portal.
    var isRepeatable = true
    /// Whether it has been sent again.
    var isRepeated = false
    /// The last statement parsed without a name, which it may use again.
    var unnamed: StatementShape.Key?
}
