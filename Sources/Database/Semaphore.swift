import CLinux
import Glibc
import Synchronization

/// A counting semaphore between threads: `sem_t`.
@safe final class Semaphore: @unchecked Sendable {
    // Unchecked: `sem_t` is made to be used from several threads at once (sem_overview(7)).
    private let handle: UnsafeMutablePointer<sem_t>

    init() {
        unsafe handle = .allocate(capacity: 1)
        unsafe _ = sem_init(handle, 0, 0)
    }

    deinit {
        unsafe sem_destroy(handle)
        unsafe handle.deallocate()
    }

    func signal() {
        unsafe _ = sem_post(handle)
    }

    func wait() {
        while unsafe sem_wait(handle) != 0 && errno == EINTR {}
    }

    /// Waits until it is signalled or the monotonic clock reaches `moment`, in nanoseconds.
    func wait(until moment: UInt64) {
        let (seconds, nanoseconds) = moment.quotientAndRemainder(dividingBy: 1_000_000_000)
        var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(nanoseconds))
        while unsafe sem_clockwait(handle, CLOCK_MONOTONIC, &time) != 0 && errno == EINTR {}
    }
}

/// A place for one answer that another thread waits for.
final class Answer<R: Sendable>: Sendable {
    private let result = Mutex<R?>(nil)
    private let arrived = Semaphore()

    func give(_ value: R) {
        result.withLock { $0 = value }
        arrived.signal()
    }

    /// Blocks until the answer is there. To be called once.
    func take() -> R {
        while true {
            arrived.wait()
            if let value = result.withLock({ $0 }) { return value }
        }
    }
}
