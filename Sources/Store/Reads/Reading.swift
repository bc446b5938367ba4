public import Diagnostics

/// What becomes of a read: an engine that has the rows at hand answers at once, on the loop that
/// asks; one that must ask for them, or finds that it takes too long for a loop, answers later.
public enum Reading<Answer: Sendable>: Sendable {
    case done(Answer)
    case mustWait(PendingRead<Answer>)
}

/// A read that has not begun.
public struct PendingRead<Answer: Sendable>: Sendable {
    /// Takes the answer, once, on any thread.
    public typealias Reply = @Sendable (Result<Answer, Problem>) -> Void

    private let begin: @Sendable (_ reply: @escaping Reply) -> @Sendable () -> Void

    /// A read that `begin` begins; what it returns withdraws it.
    public init(
        _ begin: @escaping @Sendable (_ reply: @escaping Reply) -> @Sendable () -> Void
    ) {
        self.begin = begin
    }

    /// Begins the read.
    ///
    /// - Returns: what withdraws it, from any thread: what has not begun is dropped, the rest
    ///   interrupted. A reply may still come or not.
    public func start(_ reply: @escaping Reply) -> @Sendable () -> Void { begin(reply) }

    /// Begins the read and waits for it to its end: for small ones, which nobody withdraws.
    ///
    /// - Throws: what the database says.
    public func answer() async throws(Problem) -> Answer {
        let result = await unsafe withUnsafeContinuation { continuation in
            _ = start { unsafe continuation.resume(returning: $0) }
        }
        return try result.get()
    }
}

/// Rows on their way into the body of an answer, in parts of a bounded size, all of one state of
/// the database. Letting go of it ends it.
public protocol RowStream: Sendable {
    /// How long it may last. Whoever sends the answer keeps to it.
    var timeMax: Duration { get }

    /// Bytes of all parts together; nil when that is not known.
    var byteCount: Int? { get }

    /// The next part; nil at the end. To be called by one task at a time, whose cancellation ends
    /// the read.
    ///
    /// - Throws: 57014 when the statement has used up its time, which runs only while parts are
    ///   made; what the database reports.
    func next() async throws(Problem) -> [UInt8]?
}

extension RowStream {
    /// Not known.
    public var byteCount: Int? { nil }
}

/// What a read found, encoded.
public struct RowsAnswer: Sendable {
    /// The rows as JSON.
    public enum Content: Sendable {
        case bytes([UInt8])
        case stream(any RowStream)
    }

    /// The rows.
    public var content: Content
    /// How many they are.
    public var rowCount: Int
    /// How many there are in all, whatever the window; nil when nobody asked.
    public var total: Int?

    /// An answer.
    public init(content: Content, rowCount: Int, total: Int?) {
        self.content = content
        self.rowCount = rowCount
        self.total = total
    }
}
