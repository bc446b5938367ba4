public import Diagnostics
public import Quotas

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
    public static func tooManyReads(_ shortage: ShareShortage) -> Problem {
        crowded("reads", shortage)
    }

    /// 53400: as many writes wait as may.
    public static func tooManyWrites(_ shortage: ShareShortage) -> Problem {
        crowded(
            "writes", shortage,
            or: shortage == .ofShare ? "send several rows in one request" : nil)
    }

    /// 53400: as many slow queries wait as may.
    public static func tooManySlowQueries(_ shortage: ShareShortage) -> Problem {
        crowded("slow queries", shortage, or: "make the query cheaper")
    }

    /// 53400 with `Retry-After`: who has too many waiting is told whose they are.
    private static func crowded(
        _ work: String, _ shortage: ShareShortage, or remedy: String? = nil
    ) -> Problem {
        let (message, patience) =
            switch shortage {
            case .ofShare:
                ("Too many of your \(work) are waiting.", "Wait for their answers")
            case .ofSite:
                ("Too many \(work) from your address are waiting.", "Try again in a moment")
            case .inAll: ("Too many \(work) are waiting.", "Try again in a moment")
            }
        return Problem(
            code: "53400", status: 503, message: message,
            hint: patience + (remedy.map { ", or \($0)" } ?? "") + ".", retryAfterSeconds: 1)
    }
}
