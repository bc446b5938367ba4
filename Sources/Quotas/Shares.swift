/// How much of something scarce is in use, in all and by each caller: several must be greedy before
/// others are refused.
public struct Shares: Sendable {
    /// Why one more is not to be had.
    public enum Refusal: Error {
        /// The caller has as many as one may.
        case ofCaller
        /// All are in use.
        case ofAll
    }

    private let totalMax: Int
    private let perCallerMax: Int
    private var total = 0
    private var byCaller: [Caller: Int] = [:]

    /// Nothing is in use yet.
    public init(totalMax: Int, perCallerMax: Int) {
        self.totalMax = totalMax
        self.perCallerMax = perCallerMax
    }

    /// Takes one for a caller.
    ///
    /// - Returns: Nil, or why there is none.
    public mutating func take(for caller: Caller) -> Refusal? {
        let count = byCaller[caller, default: 0]
        guard count < perCallerMax else { return .ofCaller }
        guard total < totalMax else { return .ofAll }
        total += 1
        byCaller[caller] = count + 1
        return nil
    }

    /// Gives back one that a caller has taken.
    public mutating func giveBack(from caller: Caller) {
        guard let count = byCaller[caller] else { return }
        total -= 1
        byCaller[caller] = count > 1 ? count - 1 : nil
    }
}
