import CSQLite
import Diagnostics
import Synchronization

/// What a statement may cost before SQLite interrupts it.
public enum ProgressLimit: Hashable, Sendable {
    /// No bound.
    case none
    /// So many virtual-machine instructions, to the nearest thousand.
    case instructions(Int)
    /// Until this moment of the monotonic clock, in nanoseconds.
    case deadline(UInt64)
}

/// Ends what runs on some connections, from any thread and for good: their statements fail with
/// `interrupt` at the next look.
public final class Cancellation: Sendable {
    private let flag = Atomic(false)
    private let wider: Cancellation?

    /// Not raised yet. `wider` ends more than this one does, and with it this.
    public init(within wider: Cancellation? = nil) { self.wider = wider }

    /// Interrupts what runs now and whatever runs later.
    public func raise() { flag.store(true, ordering: .relaxed) }

    /// Whether it was raised.
    public var isRaised: Bool { flag.load(ordering: .relaxed) || wider?.isRaised == true }
}

/// The state that the progress handler looks at each `interval` instructions. Lives as long as its
/// connection.
struct ProgressState {
    var ticksLeft = Int.max
    var deadline = UInt64.max
    var isOver = false
    /// Work of SQL functions that is not a whole tick yet.
    private var work = 0
    var cancellation: Cancellation?

    /// Instructions between two looks: some 20 µs, so the look itself costs nothing.
    static let interval: Int32 = 1000
    /// Steps of an SQL function that cost what `interval` instructions do.
    private static let functionStepsPerTick = 16_384

    mutating func set(_ limit: ProgressLimit) {
        isOver = false
        ticksLeft = .max
        deadline = .max
        switch limit {
        case .none: break
        case .instructions(let count): ticksLeft = max(1, count / Int(Self.interval))
        case .deadline(let moment): deadline = moment
        }
    }

    /// Called by SQLite; not zero interrupts the statement.
    mutating func tick() -> Int32 {
        ticksLeft -= 1
        if ticksLeft < 0 { isOver = true }
        if deadline != .max, monotonicNanoseconds() >= deadline { isOver = true }
        if let cancellation, cancellation.isRaised { isOver = true }
        return isOver ? 1 : 0
    }

    /// Counts the steps of an SQL function, of which SQLite sees one instruction. False when the
    /// bound is reached.
    mutating func charge(_ steps: Int) -> Bool {
        work += steps
        while work >= Self.functionStepsPerTick {
            work -= Self.functionStepsPerTick
            _ = tick()
        }
        return !isOver
    }
}
