import Synchronization
import Work

/// What happened, in order, told by several threads.
final class Record: Sendable {
    private let entries = Mutex<[String]>([])

    var all: [String] { entries.withLock { $0 } }

    func add(_ entry: String) { entries.withLock { $0.append(entry) } }
}

/// A gate that threads wait at until it is opened.
final class Gate: Sendable {
    private let semaphore = Semaphore()

    func open() { semaphore.signal() }

    func pass() {
        semaphore.wait()
        // For the next one who waits.
        semaphore.signal()
    }
}
