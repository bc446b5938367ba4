/// When a log of changes is trimmed: in passes over it, of a few rows a step. A pure function of
/// what is called and when.
public struct TrimSchedule: Sendable {
    /// How long changes of tables are kept that are captured no longer.
    public static let otherRetention = Duration.seconds(86_400)
    /// Changes in the log beyond which the oldest are deleted, however young they are.
    public static let changesMax = 1_000_000
    /// After a pass that found nothing: it may have read many rows that are kept long.
    private static let restsAfterIdlePass = 9

    /// Whether a pass is under way, so that another step is wanted.
    public private(set) var isDue = false
    private var hasDeleted = false
    /// How many passes are left out.
    private var rests = 0

    /// A schedule before the first pass.
    public init() {}

    /// Begins a pass, unless one is under way or the last one found nothing to do not long ago. To
    /// be called each minute.
    public mutating func begin() {
        if isDue { return }
        if rests > 0 {
            rests -= 1
        } else {
            isDue = true
        }
    }

    /// Leaves the rest to the next pass: a step has failed, and would fail again at once.
    public mutating func postpone() { isDue = false }

    /// A step has been done.
    ///
    /// - Parameters:
    ///   - hasDeleted: whether it has found something to delete.
    ///   - isLast: whether the pass is over.
    public mutating func noteStep(hasDeleted: Bool, isLast: Bool) {
        self.hasDeleted = self.hasDeleted || hasDeleted
        guard isLast else { return }
        isDue = false
        rests = self.hasDeleted ? 0 : Self.restsAfterIdlePass
        self.hasDeleted = false
    }
}
