import CLinux
public import Diagnostics
import Glibc
import Synchronization

/// A named thread of the operating system that runs one closure.
///
/// Loops, the writer and pools own their threads, so that nothing they do can occupy the threads on
/// which Swift's concurrency runs.
public final class PosixThread: Sendable {
    private let handle: pthread_t
    private let isJoined = Atomic(false)

    /// How far threads that hash passwords stand back behind the loops, as `nice` counts: they have
    /// a quarter of a core while a loop is busy on it.
    public static let backgroundNiceness: Int32 = 5

    /// How far threads of long requests stand back: behind passwords too, which are few and which
    /// somebody waits for. They have a tenth of a core while a loop is busy on it.
    public static let longWorkNiceness: Int32 = 10

    /// The slice of threads that others wait for, in nanoseconds: far shorter than the system's
    /// own, so that they need not wait for that of a thread that works when something has come.
    public static let promptSlice: UInt64 = 200_000

    /// What to tell people when the system refuses a thread.
    public static let refused = Problem(
        code: "53000", status: 503, message: "The system refuses another thread.")

    /// What the new thread takes with it.
    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts the thread; nil if the system refuses another one. `name` is cut to the kernel's 15
    /// bytes. Signals stay with the threads that were made for them.
    ///
    /// The corresponding C function is `pthread_create`.
    ///
    /// - Parameters:
    ///   - niceness: How far it stands back behind other threads, from 0 to 19.
    ///   - slice: Nanoseconds that it wants to run before others do. When it wakes it need not
    ///     wait until the slice of another is over that is longer (Linux 6.12). Nil leaves it to
    ///     the system.
    public init?(
        name: String, niceness: Int32 = 0, slice: UInt64? = nil,
        _ run: @escaping @Sendable () -> Void
    ) {
        var handle = pthread_t()
        let body = unsafe Unmanaged.passRetained(
            Body {
                Self.nameCurrent(name)
                // Of this thread alone: Linux keeps it for each.
                let thread = __priority_which_t(PRIO_PROCESS.rawValue)
                if niceness > 0 { setpriority(thread, 0, niceness) }
                if let slice { request_slice(slice) }
                run()
            })
        var all = sigset_t()
        var before = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_BLOCK, &all, &before)
        let result = unsafe pthread_create(
            &handle, nil,
            { body in
                if let body = unsafe body {
                    unsafe Unmanaged<Body>.fromOpaque(body).takeRetainedValue().run()
                }
                return nil
            }, body.toOpaque())
        unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
        guard result == 0 else {
            unsafe body.release()
            return nil
        }
        self.handle = handle
    }

    /// A thread nobody joined is detached, so that its stack is freed when it ends.
    deinit {
        if !isJoined.load(ordering: .relaxed) { pthread_detach(handle) }
    }

    /// Tells the kernel the calling thread's name, as `top -H` and debuggers show it.
    private static func nameCurrent(_ name: String) {
        let bytes = name.utf8.prefix(15).map { CChar(bitPattern: $0) } + [0]
        unsafe _ = pthread_setname_np(pthread_self(), bytes)
    }

    /// Waits until the closure has returned. A second call, and one by the thread itself, returns
    /// at once.
    public func join() {
        guard pthread_equal(handle, pthread_self()) == 0 else { return }
        if isJoined.exchange(true, ordering: .relaxed) { return }
        pthread_join(handle, nil)
    }
}
