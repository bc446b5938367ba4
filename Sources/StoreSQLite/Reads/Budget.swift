import Diagnostics
import SQLite
import Store

/// What a read may cost.
public enum Budget: Hashable, Sendable {
    /// What a loop has for one read (``DatabaseConfiguration/inlineTime``), then `overBudget`. On
    /// the slow lane the lane's own deadline holds instead, so that the same code runs in both
    /// places.
    case inline
    /// So much time, then `timeout`.
    case timeout(Duration)
}

/// Where a connection's statements run, which decides what bounds them.
enum Lane {
    /// On an event loop, which has so many nanoseconds for one read.
    case loop(UInt64)
    /// On a thread of its own, until this moment of the monotonic clock in nanoseconds; nil for no
    /// bound.
    case thread(deadline: UInt64?)

    /// The limit that `budget` means here, and the error when it is reached.
    func limit(_ budget: Budget) -> (ProgressLimit, DatabaseError) {
        switch (self, budget) {
        case (.loop(let time), .inline): (.time(time), .overBudget)
        case (.loop, .timeout(let time)): (.deadline(moment(after: time)), .timeout)
        case (.thread(nil), .inline): (.none, .timeout)
        case (.thread(let deadline?), .inline): (.deadline(deadline), .timeout)
        case (.thread(let deadline), .timeout(let time)):
            (.deadline(min(deadline ?? .max, moment(after: time))), .timeout)
        }
    }
}
