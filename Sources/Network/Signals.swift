import CLinux
import Diagnostics
import Glibc

/// A signal the server acts on.
public enum Signal: Hashable, Sendable {
    /// `SIGTERM`: stop in order.
    case terminate
    /// `SIGINT`: somebody pressed ^C.
    case interrupt
    /// `SIGHUP`: the terminal is gone, which a server outlives.
    case hangup

    init?(number: Int32) {
        switch number {
        case SIGTERM: self = .terminate
        case SIGINT: self = .interrupt
        case SIGHUP: self = .hangup
        default: return nil
        }
    }
}

/// Turns signals into values that a thread reads when it is ready for them.
///
/// Build it before any other thread is started: threads inherit the mask that keeps signals away
/// from handlers. `SIGPIPE` is ignored from then on.
public final class SignalReader: Sendable {
    /// The signalfd; readable when a signal waits.
    public let descriptor: Int32

    /// Blocks the signals for this thread and those it starts.
    ///
    /// - Throws: `descriptorsExhausted`.
    ///
    /// The corresponding C functions are `pthread_sigmask` and `signalfd`.
    public init() throws(NetworkError) {
        signal(SIGPIPE, SIG_IGN)
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for number in [SIGTERM, SIGINT, SIGHUP] { unsafe sigaddset(&set, number) }
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        descriptor = unsafe signalfd(-1, &set, Int32(SFD_CLOEXEC))
        if descriptor < 0 { throw .last("signalfd") }
    }

    deinit { closeDescriptor(descriptor) }

    /// Waits for a signal; nil when `timeout` has passed first, without one it waits for ever.
    public func wait(timeout: Duration? = nil) -> Signal? {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let milliseconds = timeout.map { Int32(min($0.wholeMilliseconds, 1 << 30)) } ?? -1
        while uninterrupted({ unsafe poll(&request, 1, milliseconds) }) > 0 {
            var information = signalfd_siginfo()
            let size = MemoryLayout<signalfd_siginfo>.size
            let count = uninterrupted { unsafe read(descriptor, &information, size) }
            if count == size, let signal = Signal(number: Int32(information.ssi_signo)) {
                return signal
            }
        }
        return nil
    }
}
