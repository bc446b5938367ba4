import Bytes
public import Diagnostics
import Glibc
import Synchronization

/// The log's lines on their way to a descriptor at whose other end nobody may read.
///
/// From `start` to `close` a thread of its own writes them, so that none that serves anybody waits
/// for a reader. Lines that come while too many wait are dropped; when it goes on, a line says how
/// many. Before and after, whoever logs writes himself, and waits for the reader a second at most:
/// what has not been read by then waits for whoever writes next.
public final class LogQueue: Sendable {
    private struct State {
        /// Lines; the first of them may have been begun.
        var waiting: [UInt8] = []
        var droppedCount = 0
        /// Whether there is a thread that writes.
        var hasThread = false
        var isClosed = false
        /// Whether the thread waits for the bell.
        var isAsleep = false
        /// Whether somebody is writing. Nobody else does then, so that no line stands in another.
        var isBeingWritten = false
        /// Whether the last who wrote has waited for the reader in vain.
        var isUnread = false
    }

    /// How long whoever writes himself waits for the reader.
    private static let patience = Duration.seconds(1)

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
    ///   - bytesMax: what may wait: some thousand lines. A longer one has to be the only one.
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
            guard state.waiting.isEmpty || state.waiting.count + line.count <= bytesMax else {
                state.droppedCount += 1
                return .waits
            }
            if state.droppedCount > 0 { tellOfDropped(&state) }
            state.waiting += line
            if !state.hasThread { return .direct }
            defer { state.isAsleep = false }
            return state.isAsleep ? .wakes : .waits
        }
        switch fate {
        case .direct: writeWaiting(within: Self.patience)
        case .wakes: bell.signal()
        case .waits: break
        }
    }

    private func tellOfDropped(_ state: inout State) {
        state.waiting += Log.text(of: .linesDropped(count: state.droppedCount), in: format)
        state.droppedCount = 0
    }

    /// Begins to write on a thread of its own.
    ///
    /// - Throws: when the system refuses a thread.
    public func start() throws(Problem) {
        state.withLock { $0.hasThread = true }
        guard PosixThread(name: "log", { [self] in write() }) != nil else {
            state.withLock { $0.hasThread = false }
            throw PosixThread.refused
        }
    }

    /// Waits until all that has come is written, but no longer than a time.
    public func close(within time: Duration) {
        let isRunning = state.withLock { state in
            state.isClosed = true
            return state.hasThread
        }
        guard isRunning else { return }
        bell.signal()
        end.wait(until: moment(after: time))
    }

    private func write() {
        while goesOn() { writeWaiting(within: nil) }
        end.signal()
    }

    /// Waits until there is something to write; false when there will be no more.
    private func goesOn() -> Bool {
        enum Fate { case writes, sleeps, ends }
        while true {
            let fate = state.withLock { state -> Fate in
                // Whoever has begun to write before there was a thread rings when he is done.
                if !state.isBeingWritten {
                    if !state.waiting.isEmpty { return .writes }
                    if state.isClosed {
                        state.hasThread = false
                        return .ends
                    }
                }
                state.isAsleep = true
                return .sleeps
            }
            switch fate {
            case .writes: return true
            case .ends: return false
            case .sleeps: bell.wait()
            }
        }
    }

    // MARK: Writing

    /// Writes what waits, unless somebody is at it.
    ///
    /// - Parameter time: How long to wait for the reader; nil for as long as it takes.
    private func writeWaiting(within time: Duration?) {
        let (isMine, isUnread) = state.withLock { state in
            defer { state.isBeingWritten = true }
            return (!state.isBeingWritten, state.isUnread)
        }
        guard isMine else { return }
        let end = time.map { moment(after: isUnread ? .zero : $0) }
        while let piece = nextPiece() {
            guard isWritable(until: end) else { return stopWriting() }
            let count = unsafe piece.withUnsafeBytes { piece in
                uninterrupted { unsafe Glibc.write(descriptor, piece.baseAddress, piece.count) }
            }
            // Another process may have made it a descriptor that does not block.
            if count < 0, errno == EAGAIN { continue }
            state.withLock { state in
                state.isUnread = false
                // Nobody reads there ever again.
                if count < 0 { state.waiting = [] } else { state.waiting.removeFirst(count) }
            }
        }
    }

    /// As many whole lines as a pipe takes at once, so that no other process writes into one; of a
    /// longer line a part. Nil when nothing waits: nobody writes then.
    private func nextPiece() -> [UInt8]? {
        let (piece, wakes) = state.withLock { state -> ([UInt8]?, Bool) in
            if state.waiting.isEmpty, state.droppedCount > 0 { tellOfDropped(&state) }
            if state.waiting.isEmpty { return (nil, letGo(&state)) }
            let piece = state.waiting.prefix(Int(PIPE_BUF))
            guard piece.count < state.waiting.count, let end = piece.lastIndex(of: ASCII.lf) else {
                return (Array(piece), false)
            }
            return (Array(piece[...end]), false)
        }
        if wakes { bell.signal() }
        return piece
    }

    /// Leaves what waits to whoever writes next.
    private func stopWriting() {
        let wakes = state.withLock { state in
            state.isUnread = true
            return letGo(&state)
        }
        if wakes { bell.signal() }
    }

    /// Nobody writes any more.
    ///
    /// - Returns: Whether the thread is to be woken, which has waited for that.
    private func letGo(_ state: inout State) -> Bool {
        state.isBeingWritten = false
        defer { state.isAsleep = false }
        return state.isAsleep
    }

    /// Whether the descriptor takes a piece without letting its writer wait.
    private func isWritable(until end: UInt64?) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        let left = end.map { $0 - min($0, monotonicNanoseconds()) }
        let milliseconds = left.map { Int32($0 / 1_000_000) } ?? -1
        return uninterrupted { unsafe poll(&request, 1, milliseconds) } > 0
    }
}
