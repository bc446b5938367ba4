import PostgresTestSupport

/// The messages of a feed without their times, in an order that hidden rows must not change.
///
/// A statement that changes several rows meets them as its engine does. PostgreSQL goes where rows
/// lie, and where that is depends on all of them; so what one transaction updated or deleted is put
/// in order there. New rows stand as they were given.
struct HeardWords {
    private var lines: [String] = []
    /// The time of the transaction whose changes stand last, and the first of them.
    private var run: (time: Substring, start: Int)?

    mutating func append(_ message: String, first: UInt8) {
        let time = message.firstMatch(of: /"commit_timestamp":"([^"]*)"/)?.1
        let isOrdered = !TestEngine.isPostgres || message.contains("\"type\":\"INSERT\"")
        if let time, !isOrdered {
            if run?.time != time { run = (time, lines.count) }
        } else {
            run = nil
        }
        lines.append(
            "\(first) "
                + message.replacing(
                    /"commit_timestamp":"[^"]*"/, with: "\"commit_timestamp\":‹now›"))
        if let run { lines[run.start...].sort() }
    }

    var text: String { lines.map { $0 + "\n" }.joined() }
}
