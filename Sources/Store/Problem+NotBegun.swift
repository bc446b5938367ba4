public import Diagnostics

// What is told of work that an engine has not begun.

extension Problem {
    /// 57P03: the engine is closed, or is being closed.
    public static let closed = Problem(
        code: "57P03", status: 503, message: "The database is closed.",
        hint: "The server is shutting down; try again in a moment.")

    /// 57014: whoever asked is gone. Nobody reads this but the log of a caller that was not a peer.
    public static let withdrawn = Problem(
        code: "57014", status: 500, message: "canceling statement due to user request")

    /// 53400: as many reads wait as may.
    public static let tooManyReads = crowded(
        "Too many reads are waiting.", hint: "Try again in a moment.")

    /// 53400: as many reads of one caller wait as may.
    public static let tooManyReadsOfCaller = crowded(
        "Too many of your reads are waiting.", hint: "Wait for their answers.")

    /// 53400: as many writes wait as may.
    public static let tooManyWrites = crowded(
        "Too many writes are waiting.", hint: "Try again in a moment.")

    /// 53400: as many writes of one caller wait as may.
    public static let tooManyWritesOfCaller = crowded(
        "Too many of your writes are waiting.",
        hint: "Wait for their answers, or send several rows in one request.")

    /// 53400: as many slow queries wait as may, or as may of one caller.
    public static let tooManySlowQueries = crowded(
        "Too many slow queries are waiting.",
        hint: "Try again in a moment, or make the query cheaper.")

    /// 53400 with `Retry-After`.
    private static func crowded(_ message: String, hint: String) -> Problem {
        Problem(code: "53400", status: 503, message: message, hint: hint, retryAfterSeconds: 1)
    }
}
