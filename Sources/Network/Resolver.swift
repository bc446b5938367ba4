import Diagnostics
import Synchronization
import Work

/// Turns names into addresses, off the loops: the C library's resolver blocks, for half a minute
/// and more when name servers are silent.
///
///     loop --resolve--> cache? --no--> look-up under way? --no--> a thread calls getaddrinfo
///       ^                 |                 | joins it                        |
///       `------post-------'-----------------'---------------------------------'
///
/// One serves a whole process. Whoever waits may give up at any time; the look-up, which cannot be
/// stopped, goes on for the others, and for whoever asks next.
public final class Resolver: Sendable {
    typealias Answer = AddressCache.Answer

    /// Bounds of a resolver, each with its unit.
    struct Bounds {
        var threadsMax = NetworkLimits.resolverThreads
        /// Names that may be looked up or wait for a thread.
        var lookUpsMax = NetworkLimits.lookUps
        /// Names whose answers are kept.
        var namesMax = NetworkLimits.cachedNames
        /// How long addresses are kept.
        var addressesKept = NetworkLimits.addressesKept
        /// How long it is kept that a name has none, or that nobody knew.
        var failuresKept = NetworkLimits.lookUpFailuresKept
    }

    private struct Waiter {
        let context: LoopContext
        let resolution: LoopBound<Resolution>
    }

    private struct State {
        var cache: AddressCache
        /// By name and number: who waits for the look-ups that are under way or wait for a thread.
        var waiting: [String: [UInt64: Waiter]] = [:]
        var lastNumber: UInt64 = 0
    }

    private let state: Mutex<State>
    private let bounds: Bounds
    private let pool: WorkerPool<Void>
    private let lookUp: @Sendable (String) -> Answer

    /// A resolver that asks the system's files and name servers (resolv.conf(5)). Its threads start
    /// when first needed.
    public convenience init() {
        self.init(bounds: Bounds()) { SocketAddress.all(of: $0) }
    }

    /// - Parameter lookUp: Finds the addresses of a name; called on threads that may block.
    init(bounds: Bounds, lookUp: @escaping @Sendable (String) -> Answer) {
        state = Mutex(State(cache: AddressCache(namesMax: bounds.namesMax)))
        self.bounds = bounds
        self.lookUp = lookUp
        pool = WorkerPool(name: "resolver", threadsMax: bounds.threadsMax) {}
    }

    /// Lets the threads end: each after the look-up it has begun.
    deinit { pool.close() }

    /// Finds the addresses of a name for a resolution, which is told on the loop: at once if the
    /// answer is known or none can be had, later otherwise.
    func resolve(_ name: String, for resolution: Resolution, on loop: EventLoop) {
        let key = name.lowercased()
        guard isPlausible(key) else {
            return resolution.finish(.failure(.notFound(reason: "not a name")))
        }
        let waiter = Waiter(context: loop.context, resolution: LoopBound(resolution, on: loop))
        let (answer, number, isFirst) = state.withLock { state -> (Answer?, UInt64, Bool) in
            if let answer = state.cache.answer(for: key, at: monotonicMilliseconds()) {
                return (answer, 0, false)
            }
            let isFirst = state.waiting[key] == nil
            if isFirst, state.waiting.count >= bounds.lookUpsMax {
                return (.failure(.busy), 0, false)
            }
            state.lastNumber += 1
            state.waiting[key, default: [:]][state.lastNumber] = waiter
            return (nil, state.lastNumber, isFirst)
        }
        if let answer { return resolution.finish(answer) }
        resolution.onCancel = { [self] in withdraw(number, from: key) }
        if isFirst {
            pool.post(
                { [self] in work(on: key) }, refused: { [self] _ in finish(key, .failure(.busy)) })
        }
    }

    /// Has a name looked up anew when it is next asked for: its addresses did not answer.
    func forget(_ name: String) {
        state.withLock { $0.cache.forget(name.lowercased()) }
    }

    /// Whether it is worth asking: RFC 1035 §2.3.4 bounds names, and a C string ends at a NUL.
    private func isPlausible(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= NetworkLimits.nameBytes && !name.utf8.contains(0)
    }

    /// On a thread of the pool. A name that nobody waits for any more is left.
    private func work(on name: String) {
        let isWanted = state.withLock { state in
            guard state.waiting[name]?.isEmpty == true else { return true }
            state.waiting[name] = nil
            return false
        }
        if isWanted { finish(name, lookUp(name)) }
    }

    private func finish(_ name: String, _ found: Answer) {
        // A name server may say that there is such a name and give no address.
        let answer: Answer =
            if case .success(let addresses) = found, addresses.isEmpty {
                .failure(.notFound(reason: "it has no address"))
            } else {
                found
            }
        let waiters = state.withLock { state in
            let now = monotonicMilliseconds()
            let end = now + keptMilliseconds(answer)
            state.cache.keep(answer, for: name, until: end, at: now)
            return state.waiting.removeValue(forKey: name)
        }
        for waiter in (waiters ?? [:]).values {
            waiter.context.post { waiter.resolution.value.finish(answer) }
        }
    }

    private func keptMilliseconds(_ answer: Answer) -> UInt64 {
        switch answer {
        case .success: bounds.addressesKept.wholeMilliseconds
        case .failure(.busy): 0
        case .failure: bounds.failuresKept.wholeMilliseconds
        }
    }

    private func withdraw(_ number: UInt64, from name: String) {
        _ = state.withLock { $0.waiting[name]?.removeValue(forKey: number) }
    }
}
