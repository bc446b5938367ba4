public import Diagnostics
import Glibc
import Synchronization

/// The log's lines on their way to a descriptor at whose other end nobody may read.
///
/// From `start` to `close` a thread of its own writes them, so that none that serves anybody waits
/// for a reader. Lines that come while too many wait are dropped; when it goes on, a line says how
/// many. Before and after, whoever logs writes himself, and waits for the reader a second at most.
public final class LogQueue: Sendable {
    private struct State {
        var waiting: [UInt8] = []
        var droppedCount = 0
        var thread: PosixThread?
        var isClosed = false
        /// Whether the thread waits for the bell.
        var isAsleep = false
    }

    private let descriptor: Int32
    private let format: LogFormat
    private let bytesMax: Int
    private let state = Mutex(State())
    private let bell = Semaphore()
    /// All has been written that came before `close`.
    private let end = Semaphore()

    /// A queue to a file descriptor (2: standard error).
    ///
    /// - Parameters:
    ///   - format: that of the lines.
    ///   - bytesMax: what may wait beside what is being written: some thousand lines.
    public init(descriptor: Int32 = 2, format: LogFormat, bytesMax: Int = 262_144) {
        self.descriptor = descriptor
        self.format = format
        self.bytesMax = bytesMax
    }

    /// A log of events of a level and above that come here.
    public func log(_ level: LogLevel) -> Log {
        Log(level: level, format: format) { [self] in append($0) }
    }

    /// Takes the lines of an event, from any thread.
    private func append(_ line: [UInt8]) {
        enum Fate { case direct, wakes, waits }
        let fate = state.withLock { state -> Fate in
            if state.thread == nil { return .direct }
            guard state.waiting.count + line.count <= bytesMax else {
                state.droppedCount += 1
                return .waits
            }
            state.waiting += line
            defer { state.isAsleep = false }
            return state.isAsleep ? .wakes : .waits
        }
        switch fate {
        case .direct: if isWritable(within: .seconds(1)) { _ = writeAll(line, to: descriptor) }
        case .wakes: bell.signal()
        case .waits: break
        }
    }

    /// Begins to write on a thread of its own.
    ///
    /// - Throws: when the system refuses a thread.
    public func start() throws(Problem) {
        guard let thread = PosixThread(name: "log", { [self] in write() }) else {
            throw PosixThread.refused
        }
        state.withLock { $0.thread = thread }
    }

    /// Waits until all that has come is written, but no longer than a time.
    public func close(within time: Duration) {
        let isRunning = state.withLock { state in
            state.isClosed = true
            return state.thread != nil
        }
        guard isRunning else { return }
        bell.signal()
        end.wait(until: moment(after: time))
        state.withLock { $0.thread = nil }
    }

    private func write() {
        while let lines = next() {
            if lines.isEmpty { bell.wait() } else { _ = writeAll(lines, to: descriptor) }
        }
        end.signal()
    }

    /// What waits, none if nothing does; nil when there will be no more.
    private func next() -> [UInt8]? {
        let (lines, droppedCount, isOver) = state.withLock { state in
            defer {
                state.waiting = []
                state.droppedCount = 0
            }
            state.isAsleep = state.waiting.isEmpty && !state.isClosed
            return (state.waiting, state.droppedCount, state.waiting.isEmpty && state.isClosed)
        }
        if isOver { return nil }
        return droppedCount == 0
            ? lines : lines + Log.text(of: .linesDropped(count: droppedCount), in: format)
    }

    /// Whether the descriptor takes a line without letting its writer wait.
    private func isWritable(within time: Duration) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return uninterrupted { unsafe poll(&request, 1, Int32(time / .milliseconds(1))) } > 0
    }
}
