import CSQLite
import Glibc

/// What a statement may cost before SQLite interrupts it.
public enum ProgressLimit: Hashable, Sendable {
    /// No bound.
    case none
    /// So many virtual-machine instructions, to the nearest thousand.
    case instructions(Int)
    /// Until this moment of the monotonic clock, in nanoseconds.
    case deadline(UInt64)
}

/// The state that the progress handler looks at each `interval` instructions. Lives as long as its
/// connection.
struct ProgressState {
    var ticksLeft = Int.max
    var deadline = UInt64.max
    var isOver = false

    /// Instructions between two looks: some 20 µs, so the look itself costs nothing.
    static let interval: Int32 = 1000

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
        if ticksLeft < 0 || (deadline != .max && Self.clock() >= deadline) { isOver = true }
        return isOver ? 1 : 0
    }

    private static func clock() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
