/// One turn of the writer: what it takes into one transaction. A value of the writer's, which the
/// queue looks at.
struct WriterTurn {
    /// Until when those go first that may (``Store/WritePriority``): they have no more than half of
    /// a turn, as long as others wait.
    let firstUntil: UInt64
    private let end: UInt64
    private var count = 0
    /// The write that runs, and since when.
    private(set) var running: (job: WriteJob, since: UInt64)?
    /// Whether it takes no more writes.
    var isOver = false

    /// A turn that begins now.
    ///
    /// - Parameters:
    ///   - aim: Nanoseconds that it is to take.
    ///   - commitTime: Nanoseconds that the last commit took. A turn is not shorter, within bounds:
    ///     on a slow disk the writer would do little else than commit.
    init(at now: UInt64, aim: UInt64, commitTime: UInt64) {
        let length = min(max(aim, commitTime), aim &* DatabaseLimits.turnOfCommitsMax)
        end = now + length
        firstUntil = now + length / 2
    }

    /// Whether it has not begun anything.
    var isEmpty: Bool { count == 0 }

    /// Whether another write may begin. The first one always may.
    func takesMore(at now: UInt64) -> Bool {
        isEmpty || !isOver && now < end && count < DatabaseLimits.batchWritesMax
    }

    /// Begins a write. A long one has the turn to itself.
    mutating func begin(_ job: WriteJob, at now: UInt64) {
        running = (job, now)
        count += 1
        if job.isLong { isOver = true }
    }

    /// The write that ran has ended.
    mutating func endWrite() { running = nil }
}
