import Store

/// What a thread of the slow lane keeps from job to job: a reader of its own.
final class ReaderSeat {
    private var kept: SQLiteReader?
    private let makeReader: @Sendable () throws(DatabaseError) -> SQLiteReader

    init(_ makeReader: @escaping @Sendable () throws(DatabaseError) -> SQLiteReader) {
        self.makeReader = makeReader
    }

    /// The thread's reader, made when it is first asked for.
    func reader() throws(DatabaseError) -> SQLiteReader {
        if let kept { return kept }
        let reader = try makeReader()
        kept = reader
        return reader
    }

    /// The reader belongs to somebody else now.
    func leave() { kept = nil }
}
