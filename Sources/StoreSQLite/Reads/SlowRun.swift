import Quotas
import SQLite
import Synchronization

/// One run of a read on a thread of the slow lane, from its place in the queue to its end.
final class SlowRun: Sendable {
    /// Whose it is.
    let caller: Caller
    /// What is left of its read's time, in nanoseconds.
    let timeLeft: UInt64
    private let hasPlaceNow: Atomic<Bool>
    private let lacksPlaceNow = Atomic(false)
    private let time = Atomic<UInt64>(0)
    private let interruption = Cancellation()

    /// - Parameter hasPlace: Whether it has been given a place before it begins.
    init(for caller: Caller, hasPlace: Bool, timeLeft: UInt64) {
        self.caller = caller
        self.timeLeft = timeLeft
        hasPlaceNow = Atomic(hasPlace)
    }

    /// Whether it may take longer than its first slice.
    var hasPlace: Bool { hasPlaceNow.load(ordering: .relaxed) }

    /// Whether it has asked for a place in vain, and so is given up.
    var lacksPlace: Bool { lacksPlaceNow.load(ordering: .relaxed) }

    /// What it has taken of the thread.
    var nanoseconds: UInt64 {
        get { time.load(ordering: .relaxed) }
        set { time.store(newValue, ordering: .relaxed) }
    }

    /// It has asked for a place.
    func note(hasPlace: Bool) {
        hasPlaceNow.store(hasPlace, ordering: .relaxed)
        lacksPlaceNow.store(!hasPlace, ordering: .relaxed)
    }

    /// It has none any more; whether it had one.
    func leavePlace() -> Bool { hasPlaceNow.exchange(false, ordering: .relaxed) }

    /// Interrupts it, so that it is begun again.
    func turnAway() { interruption.raise() }

    /// Whether what it has found is not to be used.
    var mustBeginAgain: Bool { lacksPlace || interruption.isRaised }

    /// What interrupts it, beside what withdraws the read.
    func cancellation(beside withdrawal: Cancellation) -> Cancellation {
        Cancellation(within: withdrawal, and: interruption)
    }
}
