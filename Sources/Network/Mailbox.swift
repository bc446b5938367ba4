import CLinux
import Glibc
import Synchronization

/// The only door from other threads to the one that owns the mailbox: a locked list and an eventfd.
///
/// The owner takes messages in batches. A sender wakes it only when it has announced that it is
/// going to sleep, and only once: a batch of any size costs one system call, and a busy owner none.
/// The eventfd is to be polled edge-triggered; nobody needs to read it.
public final class Mailbox<Message: Sendable>: Sendable {
    private struct State {
        var messages: [Message] = []
        var ownerSleeps = false
        var wakes = 0
    }

    private let state = Mutex(State())
    /// The eventfd that becomes readable when the owner shall wake.
    public let descriptor: Int32

    /// Throws `descriptorsExhausted` if no eventfd can be had.
    public init() throws(NetworkError) {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        if descriptor < 0 { throw .last("eventfd") }
    }

    deinit { closeDescriptor(descriptor) }

    /// Adds a message, from any thread. Messages of one thread arrive in the order they were sent.
    public func send(_ message: Message) {
        let mustWake = state.withLock { state in
            state.messages.append(message)
            guard state.ownerSleeps else { return false }
            state.ownerSleeps = false
            state.wakes += 1
            return true
        }
        if mustWake { eventfd_write(descriptor, 1) }
    }

    /// Adds a message without waking the owner, who takes it with the next that does, or when
    /// ``wake()`` is called: for a sender who has more to come.
    public func leave(_ message: Message) {
        state.withLock { $0.messages.append(message) }
    }

    /// Wakes an owner who sleeps while messages wait.
    public func wake() {
        let mustWake = state.withLock { state in
            guard state.ownerSleeps, !state.messages.isEmpty else { return false }
            state.ownerSleeps = false
            state.wakes += 1
            return true
        }
        if mustWake { eventfd_write(descriptor, 1) }
    }

    /// Swaps the waiting messages with `batch`, which must be empty: both keep their capacity.
    public func take(into batch: inout [Message]) {
        precondition(batch.isEmpty, "messages would be lost")
        state.withLock { state in
            state.ownerSleeps = false
            swap(&state.messages, &batch)
        }
    }

    /// Announces that the owner is going to sleep. False if messages wait, so that it must not.
    public func prepareToSleep() -> Bool {
        state.withLock { state in
            state.ownerSleeps = state.messages.isEmpty
            return state.ownerSleeps
        }
    }

    /// How often senders have woken the owner.
    public var wakeCount: Int { state.withLock { $0.wakes } }
}
