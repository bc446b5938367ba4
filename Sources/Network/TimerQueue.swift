import Diagnostics

/// A timer of one loop: what to do, and when. Confined to the loop's thread.
///
/// Moving the deadline to a later time is one store: idle deadlines are re-armed with every
/// request and hardly ever expire. The queue finds out when the old deadline comes.
public final class TimerToken {
    fileprivate var deadline: UInt64
    /// When the queue looks at the token next; `never` when it is not queued.
    fileprivate var queuedFor = TimerToken.never
    fileprivate var work: (() -> Void)?
    private let queue: TimerQueue

    fileprivate static let never = UInt64.max

    fileprivate init(deadline: UInt64, queue: TimerQueue, work: @escaping () -> Void) {
        self.deadline = deadline
        self.queue = queue
        self.work = work
    }

    /// Sets the deadline anew, also after it has fired. Does nothing after `cancel()`.
    public func rearm(after delay: Duration) {
        guard work != nil else { return }
        deadline = queue.deadline(after: delay)
        if deadline < queuedFor { queue.push(self) }
    }

    /// Drops the work, and what it holds, for good.
    public func cancel() {
        guard work != nil else { return }
        work = nil
        deadline = TimerToken.never
        if queuedFor != TimerToken.never { queue.noteStale() }
    }
}

@available(*, unavailable)
extension TimerToken: Sendable {}

/// The timers of a loop: a binary heap by deadline, in milliseconds.
final class TimerQueue {
    private struct Entry {
        let time: UInt64
        let token: TimerToken
    }

    private var heap: [Entry] = []
    private var staleCount = 0
    /// The time of this turn; refreshed once a turn.
    private(set) var now = monotonicMilliseconds()

    var count: Int { heap.count }

    /// Begins a turn. Tests bring their own time.
    func refresh(to time: UInt64 = monotonicMilliseconds()) { now = time }

    func deadline(after delay: Duration) -> UInt64 {
        let (sum, overflow) = now.addingReportingOverflow(delay.wholeMilliseconds)
        return overflow ? TimerToken.never - 1 : sum
    }

    func schedule(after delay: Duration, _ work: @escaping () -> Void) -> TimerToken {
        let token = TimerToken(deadline: deadline(after: delay), queue: self, work: work)
        push(token)
        return token
    }

    /// Milliseconds until the next deadline; nil if there is none.
    func untilNext() -> UInt64? {
        guard let first = heap.first else { return nil }
        return first.time > now ? first.time - now : 0
    }

    /// Runs what is due. Work may schedule, re-arm and cancel; what it schedules waits for the
    /// next turn, even with no delay.
    func fireDue() {
        var due: [TimerToken] = []
        while let first = heap.first, first.time <= now {
            popFirst()
            let token = first.token
            // Else: an older entry of a token that was queued again.
            guard token.queuedFor == first.time else { continue }
            token.queuedFor = TimerToken.never
            if token.work == nil {
                staleCount -= 1
            } else if token.deadline <= now {
                due.append(token)
            } else {
                push(token)
            }
        }
        for token in due where token.deadline <= now {
            token.deadline = TimerToken.never
            token.work?()
        }
    }

    /// Cancels everything: breaks the cycles between timers and what they hold.
    func removeAll() {
        for entry in heap { entry.token.work = nil }
        heap = []
        staleCount = 0
    }

    fileprivate func push(_ token: TimerToken) {
        token.queuedFor = token.deadline
        heap.append(Entry(time: token.deadline, token: token))
        siftUp(heap.count - 1)
    }

    /// Cancelled tokens stay in the heap until their time comes, or until they are most of it.
    fileprivate func noteStale() {
        staleCount += 1
        guard staleCount >= NetworkLimits.staleTimersMin, staleCount > heap.count / 2 else {
            return
        }
        heap.removeAll { $0.token.work == nil || $0.token.queuedFor != $0.time }
        staleCount = 0
        for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { siftDown(index) }
    }

    private func popFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        if !heap.isEmpty { siftDown(0) }
    }

    private func siftUp(_ start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard heap[index].time < heap[parent].time else { return }
            heap.swapAt(index, parent)
            index = parent
        }
    }

    private func siftDown(_ start: Int) {
        var index = start
        while true {
            var least = 2 * index + 1
            guard least < heap.count else { return }
            if least + 1 < heap.count, heap[least + 1].time < heap[least].time { least += 1 }
            guard heap[least].time < heap[index].time else { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
