import Diagnostics
import Quotas
import Synchronization

/// Whose password is hashed next. A hash takes tens of milliseconds of a processor: who has had the
/// least of them comes first, and waits for no more than what has begun, however many wait.
///
/// Places are few, and each address has its share of them. When all are taken, one who has less
/// than others takes the last place of whoever has most: that one is told when to come back.
final class HashQueue: Sendable {
    /// How many may wait.
    struct Places: Sendable {
        let max: Int
        let perCallerMax: Int
    }

    private enum Verdict: Sendable {
        case turn
        case refused(retryAfterSeconds: Int64)
    }

    private struct Waiting: Sendable {
        let number: UInt64
        let resume: @Sendable (Verdict) -> Void
    }

    private struct State: Sendable {
        var queue = FairQueue<Waiting>()
        /// Threads that hash nothing.
        var free: Int
        /// Refused so far.
        var refused = 0
        /// How long a hash takes, as the latest ones have shown.
        var hashTime = Duration.zero
    }

    private let state: Mutex<State>
    private let threads: Int
    private let places: Places
    private let lastNumber = Atomic<UInt64>(0)

    init(threads: Int, places: Places) {
        self.threads = threads
        self.places = places
        state = Mutex(State(free: threads))
    }

    /// Passwords that wait now, and those refused so far.
    var counts: (waiting: Int, refused: Int) {
        state.withLock { ($0.queue.count, $0.refused) }
    }

    /// Does work when it is the caller's turn. A caller that is cancelled gives its place up.
    ///
    /// - Throws: 429 when the caller's places are taken, with the time that those who wait will
    ///   need, or what the work throws.
    func run<R>(
        for caller: Caller, _ work: () async throws(Problem) -> R
    ) async throws(Problem) -> R {
        let number = lastNumber.add(1, ordering: .relaxed).newValue
        let verdict = await withTaskCancellationHandler {
            await unsafe withUnsafeContinuation { continuation in
                enter(Waiting(number: number) { unsafe continuation.resume(returning: $0) }, caller)
            }
        } onCancel: {
            withdraw(number)
        }
        if case .refused(let seconds) = verdict {
            throw .tooManyRequests(retryAfterSeconds: seconds)
        }
        let start = ContinuousClock.now
        defer { leave(caller, after: ContinuousClock.now - start) }
        return try await work()
    }

    private func enter(_ waiting: Waiting, _ caller: Caller) {
        let settled: (Waiting, Verdict)? = state.withLock { state in
            if state.free > 0 {
                state.free -= 1
                return (waiting, .turn)
            }
            guard state.queue.count(of: caller) < places.perCallerMax else {
                return (waiting, refuse(&state))
            }
            var displaced: Waiting?
            if state.queue.count >= places.max {
                displaced = state.queue.displace(for: caller)?.element
                if displaced == nil { return (waiting, refuse(&state)) }
            }
            state.queue.append(waiting, of: caller)
            return displaced.map { ($0, refuse(&state)) }
        }
        if let (waiting, verdict) = settled { waiting.resume(verdict) }
    }

    private func leave(_ caller: Caller, after time: Duration) {
        let next = state.withLock { state -> Waiting? in
            let microseconds = time / .microseconds(1)
            state.queue.charge(UInt64(max(1, microseconds)), to: caller)
            state.hashTime =
                state.hashTime == .zero ? time : (state.hashTime * 7 + time) / 8
            let next = state.queue.popFirst()
            if next == nil { state.free += 1 }
            return next?.element
        }
        next?.resume(.turn)
    }

    private func withdraw(_ number: UInt64) {
        let gone = state.withLock { state -> Waiting? in
            var gone: Waiting?
            state.queue.removeAll { waiting in
                guard waiting.number == number else { return false }
                gone = waiting
                return true
            }
            return gone
        }
        gone?.resume(.refused(retryAfterSeconds: 1))
    }

    /// Come back when those who wait now have had their turn.
    private func refuse(_ state: inout State) -> Verdict {
        state.refused += 1
        let time = state.hashTime * (state.queue.count + 1) / threads
        return .refused(retryAfterSeconds: max(1, time.secondsRoundedUp))
    }
}
