/// Decides when the write-ahead log is copied beside the writer: a pure function of how much of it
/// is left to copy, and when. Confined to the writer's thread.
///
/// A page that was written many times is copied once, so a copy is worth more the longer it is
/// waited for. Each one that leaves less than half is followed by the next, until the writer can do
/// the rest; where he adds as fast as it is copied, there is no end to come to, and as much as at
/// first is waited for.
struct CopySchedule {
    /// What the last copy found: bytes that were left, and that had been copied.
    private var found = (left: 0, copied: 0)
    /// When the next one may begin though no more had been copied by then.
    private var retry: UInt64 = 0

    /// Whether a copy begins now that none is being made.
    ///
    /// - Parameters:
    ///   - count: the log's bytes.
    ///   - left: those of them that are not in the file yet.
    ///   - now: nanoseconds of a clock that never goes back.
    ///   - bytesMax: those beyond which the log is to begin anew soon.
    mutating func begins(of count: Int, left: Int, at now: UInt64, bytesMax: Int) -> Bool {
        let copied = count - left
        let isWorthwhile =
            left >= DatabaseLimits.checkpointBytes || left <= found.left / 2 || count > bytesMax
        guard isWorthwhile, copied != found.copied || now >= retry else { return false }
        found = (left, copied)
        retry = now &+ DatabaseLimits.copyRetryNanoseconds
        return true
    }
}
