import Glibc
import Synchronization
import TestSupport

/// Who writes to a server and listens to it while something is done to it. Each is a thread of its
/// own.
public final class Clients: Sendable {
    /// What a client does, to the end.
    public typealias Work = @Sendable () throws -> Void

    /// What the subscribers have heard.
    public struct Heard: Sendable {
        /// Changes that they were told of.
        public var delivered = 0
        /// How often they have joined, and were told to do so anew.
        public var joins = 0, resets = 0
        /// What they should not have heard, or should have.
        public var faults: [String] = []

        /// Nothing.
        public init() {}

        /// The counts in words.
        public var text: String {
            "\(delivered) delivered in \(joins) joins (\(resets) resets)"
        }
    }

    /// What the writers were told.
    public let ledger = Ledger()
    private let node: ServedNode
    private let seed: UInt64
    private let subscriberCount: Int
    private let writersLeft = Atomic(0)
    private let isOver = Atomic(false)
    private let isEnded = Atomic(false)
    private let subscribed = Record<Subscriber>()

    /// Clients of a node that is up, down and up again.
    public init(of node: ServedNode, subscribers: Int, seed: UInt64) {
        self.node = node
        self.seed = seed
        subscriberCount = subscribers
    }

    // MARK: Who takes part

    /// Writers by REST.
    public func writers(_ count: Int) -> [Work] {
        (0..<count).map { number in
            writer { [self] isOver in
                var writer = RESTWriter(number, node, ledger, seed: seed)
                writer.run(isOver)
            }
        }
    }

    /// One who writes in a way of its own until it is told to stop.
    public func writer(_ write: @escaping @Sendable (_ isOver: () -> Bool) throws -> Void) -> Work {
        writersLeft.add(1, ordering: .relaxed)
        return { [self] in
            defer { writersLeft.subtract(1, ordering: .relaxed) }
            try write { isOver.load(ordering: .relaxed) }
        }
    }

    /// Those who keep the rows by what they are told.
    public func subscribers() -> [Work] {
        (0..<subscriberCount).map { _ in
            { [self] in
                var subscriber = Subscriber(node, ledger)
                subscriber.run { hasEnded }
                subscribed.append(subscriber)
            }
        }
    }

    /// Whether all is at its end, for those who do not write.
    public var hasEnded: Bool { isEnded.load(ordering: .relaxed) }

    // MARK: The end

    /// Runs what is done to the server. Afterwards everybody ends, whatever came of it.
    public func disturbed(by work: () throws -> Void) rethrows {
        defer {
            isOver.store(true, ordering: .relaxed)
            isEnded.store(true, ordering: .relaxed)
        }
        try work()
    }

    /// Lets the writers end, and tells the subscribers that nothing more comes.
    ///
    /// - Parameter write: Inserts an entry with such a token.
    /// - Returns: what is wrong.
    public func end(telling write: (_ token: String) throws -> Void) throws -> [String] {
        isOver.store(true, ordering: .relaxed)
        while writersLeft.load(ordering: .relaxed) > 0 { usleep(1_000) }
        let deadline = ContinuousClock.now + .seconds(60)
        var number = 0
        while subscribed.all.count < subscriberCount, .now < deadline {
            number += 1
            try write("\(Marker.prefix)\(number)")
            usleep(200_000)
        }
        let isHeard = subscribed.all.count == subscriberCount
        return isHeard ? [] : ["subscribers did not hear of the end"]
    }

    /// Waits for some writes by REST to be acknowledged.
    ///
    /// - Returns: false if there are none for half a minute.
    public func waitForWrites() -> Bool {
        let (before, deadline) = (ledger.counts.successes, ContinuousClock.now + .seconds(30))
        while ledger.counts.successes < before + 5 {
            if .now > deadline { return false }
            usleep(1_000)
        }
        return true
    }

    /// What the subscribers have heard, compared with the rows that are there.
    ///
    /// - Parameter markers: Those that told of the end.
    public func heard(
        of rows: [Subscriber.Row: Int64], but markers: Set<Subscriber.Row>
    ) -> Heard {
        var heard = Heard()
        for subscriber in subscribed.all {
            heard.delivered += subscriber.changeCount
            heard.joins += subscriber.joins
            heard.resets += subscriber.resets
            heard.faults += subscriber.faults(against: rows, but: markers)
        }
        return heard
    }
}
