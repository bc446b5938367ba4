public import Diagnostics

/// Something with a life of its own: it starts, has work to do again and again, and stops.
///
/// A list of services is written down in the order in which they start; `ServiceRunner` runs it.
public struct Service: Sendable {
    /// Work that is due again and again.
    public struct Tick: Sendable {
        let period: Duration
        let perform: @Sendable () throws(Problem) -> Void

        /// Work that is due each `period`, the first time one after the start. It may block; as
        /// long as it runs it is not begun again.
        public static func every(
            _ period: Duration, _ perform: @escaping @Sendable () throws(Problem) -> Void
        ) -> Tick {
            precondition(period > .zero, "time passes between two ticks")
            return Tick(period: period, perform: perform)
        }
    }

    /// What the log calls it.
    public let name: String
    let start: @Sendable () throws(Problem) -> Void
    let tick: Tick?
    let stop: @Sendable (Duration) -> Void

    /// A service.
    ///
    /// - Parameters:
    ///   - start: Begins, and returns when those that start later can rely on it. Nothing is left
    ///     running when it throws.
    ///   - stop: Refuses what is new and returns when what has begun is finished, or the time that
    ///     it is given is over and the rest is cut off.
    public init(
        _ name: String, start: @escaping @Sendable () throws(Problem) -> Void = {},
        tick: Tick? = nil, stop: @escaping @Sendable (Duration) -> Void = { _ in }
    ) {
        self.name = name
        self.start = start
        self.tick = tick
        self.stop = stop
    }
}
