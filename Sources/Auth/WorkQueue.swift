import Diagnostics
import Glibc

/// Jobs and the threads that run them, started as they are needed and never more than a limit.
///
/// Safety: everything mutable is touched with `lock` held; the threads share nothing else.
@safe
final class WorkQueue: @unchecked Sendable {
    typealias Job = @Sendable () -> Void

    private let threadsMax: Int
    private let waitingMax: Int
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let ready = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var waiting: [Job] = []
    private var threads = 0
    private var idle = 0
    private var isClosed = false

    init(threadsMax: Int, waitingMax: Int) {
        self.threadsMax = threadsMax
        self.waitingMax = waitingMax
        unsafe pthread_mutex_init(lock, nil)
        unsafe pthread_cond_init(ready, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(ready)
        unsafe pthread_mutex_destroy(lock)
        unsafe ready.deallocate()
        unsafe lock.deallocate()
    }

    /// Takes a job, or answers false: too many wait, or the queue is closed.
    func push(_ job: @escaping Job) -> Bool {
        unsafe pthread_mutex_lock(lock)
        defer { unsafe pthread_mutex_unlock(lock) }
        guard !isClosed, waiting.count - idle < waitingMax else { return false }
        if idle <= waiting.count, threads < threadsMax {
            guard startThread() || threads > 0 else { return false }
        }
        waiting.append(job)
        unsafe pthread_cond_signal(ready)
        return true
    }

    /// Lets the threads end once the jobs already taken are done.
    func close() {
        unsafe pthread_mutex_lock(lock)
        isClosed = true
        unsafe pthread_cond_broadcast(ready)
        unsafe pthread_mutex_unlock(lock)
    }

    private func startThread() -> Bool {
        guard PosixThread(name: "passwords", { self.work() }) != nil else { return false }
        threads += 1
        return true
    }

    private func work() {
        unsafe pthread_mutex_lock(lock)
        while true {
            while waiting.isEmpty && !isClosed {
                idle += 1
                unsafe pthread_cond_wait(ready, lock)
                idle -= 1
            }
            guard !waiting.isEmpty else { break }
            let job = waiting.removeFirst()
            unsafe pthread_mutex_unlock(lock)
            job()
            unsafe pthread_mutex_lock(lock)
        }
        unsafe pthread_mutex_unlock(lock)
    }
}
