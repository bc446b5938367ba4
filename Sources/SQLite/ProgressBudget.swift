import CSQLite
import Diagnostics
import Synchronization

/// What a statement may cost before SQLite interrupts it.
public enum ProgressLimit: Hashable, Sendable {
    /// No bound.
    case none
    /// So many nanoseconds from the first look at the clock. What ends before that, as finding a
    /// row by its key does, never looks.
    case time(UInt64)
    /// Until this moment of the monotonic clock, in nanoseconds.
    case deadline(UInt64)
}

/// Ends what runs on some connections, from any thread and for good: their statements fail with
/// `interrupt` at the next look.
public final class Cancellation: Sendable {
    private let flag = Atomic(false)
    private let wider: Cancellation?
    private let other: Cancellation?

    /// Not raised yet. `wider` and `other` end more than this one does, and with it this.
    public init(within wider: Cancellation? = nil, and other: Cancellation? = nil) {
        self.wider = wider
        self.other = other
    }

    /// Interrupts what runs now and whatever runs later.
    public func raise() { flag.store(true, ordering: .relaxed) }

    /// Whether it was raised.
    public var isRaised: Bool {
        flag.load(ordering: .relaxed) || wider?.isRaised == true || other?.isRaised == true
    }
}

/// The state that the progress handler looks at each `interval` instructions, and functions before
/// they do what takes long. Lives as long as its connection.
struct ProgressState {
    private var limit = ProgressLimit.none
    private var deadline = UInt64.max
    /// When the clock was first looked at since the bound was set; 0 when it was not.
    private var begun: UInt64 = 0
    private(set) var isOver = false
    /// When the clock was last looked at for a bound.
    private(set) var lastLook: UInt64 = 0
    /// Work of SQL functions that the clock was not looked at for yet.
    private var work: UInt64 = 0
    var cancellation: Cancellation?
    /// When to ask until when what runs may go on.
    var review: (moment: UInt64, ask: () -> UInt64?)?

    /// Instructions between two looks: some 2 µs where they are cheap, of which the look is a
    /// hundredth. Those that read a large value from the file take hundreds of microseconds each.
    static let interval: Int32 = 100
    /// Nanoseconds of a function's work that are worth a look.
    private static let workPerLook: UInt64 = 16_384

    mutating func set(_ limit: ProgressLimit) {
        self.limit = limit
        isOver = false
        begun = 0
        work = 0
        deadline = if case .deadline(let moment) = limit { moment } else { .max }
    }

    /// Called by SQLite; not zero interrupts the statement.
    mutating func tick() -> Int32 {
        look(ahead: 0)
        return isOver ? 1 : 0
    }

    /// Looks whether the bound is reached, or will be by work of so many nanoseconds.
    mutating func look(ahead: UInt64) {
        if limit != .none {
            let now = monotonicNanoseconds()
            lastLook = now
            if begun == 0 {
                begun = now
                if case .time(let time) = limit { deadline = now &+ time }
            }
            if now &+ ahead >= deadline { isOver = true }
        }
        if let review, monotonicNanoseconds() >= review.moment {
            if let next = review.ask() { self.review?.moment = next } else { isOver = true }
        }
        if let cancellation, cancellation.isRaised { isOver = true }
    }

    /// Counts what a function is about to do, of which SQLite sees one instruction, in nanoseconds.
    /// False when the bound is reached, or will be by that.
    mutating func charge(_ nanoseconds: Int) -> Bool {
        work += UInt64(nanoseconds)
        if work >= Self.workPerLook {
            look(ahead: work)
            work = 0
        }
        return !isOver
    }

    /// Nanoseconds since the clock was first looked at.
    var timeSpent: UInt64 { begun == 0 ? 0 : monotonicNanoseconds() - begun }
}
