import Synchronization

/// How much is under way at the same time, by whom. Any thread. Nobody is kept who has nothing
/// under way.
public final class ConcurrencyCounts<Key: Hashable & Sendable>: Sendable {
    private final class Stripe: Sendable {
        let counts = Mutex<[Key: Int]>([:])
    }

    private let stripes: [Stripe]

    /// Nothing is under way.
    ///
    /// - Parameter stripes: more than one where several loops ask for every request.
    public init(stripes: Int = 1) { self.stripes = (0..<max(1, stripes)).map { _ in Stripe() } }

    /// Counts one more; nil when there are so many already, and else how many more there may be.
    public func take(_ key: Key, max: Int) -> Int? {
        stripe(key).counts.withLock { counts in
            let count = counts[key, default: 0]
            guard count < max else { return nil }
            counts[key] = count + 1
            return max - count - 1
        }
    }

    /// How many there are of one.
    public func count(of key: Key) -> Int { stripe(key).counts.withLock { $0[key, default: 0] } }

    /// Counts one less.
    public func giveBack(_ key: Key) {
        stripe(key).counts.withLock { counts in
            guard let count = counts[key] else { return }
            counts[key] = count > 1 ? count - 1 : nil
        }
    }

    /// Those who have something under way.
    public var count: Int { stripes.reduce(0) { $0 + $1.counts.withLock(\.count) } }

    private func stripe(_ key: Key) -> Stripe {
        stripes.count == 1
            ? stripes[0] : stripes[Int(key.hashValue.magnitude % UInt(stripes.count))]
    }
}
