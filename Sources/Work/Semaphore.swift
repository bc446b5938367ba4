import CLinux
import Diagnostics
import Glibc

/// What wakes a thread that waits without an event loop: a counting semaphore, `sem_t`.
@safe public final class Semaphore: @unchecked Sendable {
    // Unchecked: `sem_t` is made to be used from several threads at once (sem_overview(7)).
    private let handle: UnsafeMutablePointer<sem_t>

    /// A semaphore that nobody has signalled.
    public init() {
        unsafe handle = .allocate(capacity: 1)
        unsafe _ = sem_init(handle, 0, 0)
    }

    deinit {
        unsafe sem_destroy(handle)
        unsafe handle.deallocate()
    }

    /// Lets one wait end: one that has begun, or else the next.
    public func signal() {
        unsafe _ = sem_post(handle)
    }

    /// Blocks until it is signalled.
    public func wait() {
        _ = uninterrupted { unsafe sem_wait(handle) }
    }

    /// Blocks until it is signalled or the monotonic clock reaches `moment`, in nanoseconds.
    public func wait(until moment: UInt64) {
        let (seconds, nanoseconds) = moment.quotientAndRemainder(dividingBy: 1_000_000_000)
        var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(nanoseconds))
        _ = uninterrupted { unsafe sem_clockwait(handle, CLOCK_MONOTONIC, &time) }
    }
}
