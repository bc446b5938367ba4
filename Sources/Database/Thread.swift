import Glibc

/// A POSIX thread that runs one closure and can be joined.
struct Thread: Sendable {
    private let identifier: pthread_t

    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts a thread. Signals stay with the threads that the server made for them.
    ///
    /// - Returns: nil if the system refuses another thread.
    init?(_ run: @escaping @Sendable () -> Void) {
        var identifier = pthread_t()
        let body = unsafe Unmanaged.passRetained(Body(run)).toOpaque()
        var all = sigset_t()
        var before = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_BLOCK, &all, &before)
        let code = unsafe pthread_create(
            &identifier, nil,
            { body in
                if let body = unsafe body {
                    unsafe Unmanaged<Body>.fromOpaque(body).takeRetainedValue().run()
                }
                return nil
            }, body)
        unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
        guard code == 0 else {
            unsafe Unmanaged<Body>.fromOpaque(body).release()
            return nil
        }
        self.identifier = identifier
    }

    /// Waits for the thread's end. Called by the thread itself it returns at once.
    func join() {
        guard pthread_equal(identifier, pthread_self()) == 0 else { return }
        pthread_join(identifier, nil)
    }
}
