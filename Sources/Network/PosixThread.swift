import CLinux
import Glibc
import Synchronization

/// A named thread of the operating system that runs one closure.
///
/// Loops, the writer and pools own their threads, so that nothing they do can occupy the
/// threads on which Swift's concurrency runs.
public final class PosixThread: Sendable {
    /// What the new thread takes with it.
    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    private let handle: pthread_t
    private let isJoined = Atomic(false)

    /// Starts the thread. `name` is cut to the kernel's 15 bytes. Throws `threadsExhausted`.
    ///
    /// The corresponding C function is `pthread_create`.
    public init(name: String, _ body: @escaping @Sendable () -> Void) throws(NetworkError) {
        let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
        var handle = pthread_t()
        let result = unsafe pthread_create(&handle, nil, posixThreadMain, start.toOpaque())
        if result != 0 {
            unsafe start.release()
            throw .threadsExhausted
        }
        self.handle = handle
    }

    /// A thread nobody joined is detached, so that its stack is freed when it ends.
    deinit {
        if !isJoined.load(ordering: .relaxed) { pthread_detach(handle) }
    }

    /// Waits until the closure has returned. A second call returns at once.
    public func join() {
        if isJoined.exchange(true, ordering: .relaxed) { return }
        pthread_join(handle, nil)
    }

    fileprivate static func run(_ opaque: UnsafeMutableRawPointer?) {
        guard let opaque = unsafe opaque else { return }
        let start = unsafe Unmanaged<Start>.fromOpaque(opaque).takeRetainedValue()
        _ = unsafe start.name.withCString { unsafe clinux_set_thread_name($0) }
        start.body()
    }
}

/// The C entry point. Nonisolated and outside the class: a C function cannot carry a context.
private func posixThreadMain(_ opaque: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    unsafe PosixThread.run(opaque)
    return nil
}
