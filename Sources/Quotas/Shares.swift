/// How much of something scarce is in use, in all and by each caller: several must be greedy before
/// others are refused.
public struct Shares: Sendable {
    private let totalMax: Int
    private let perCallerMax: Int
    private var total = 0
    private var byCaller: [Caller: Int] = [:]

    /// Nothing is in use yet.
    public init(totalMax: Int, perCallerMax: Int) {
        self.totalMax = totalMax
        self.perCallerMax = perCallerMax
    }

    /// Takes one for a caller; false when all are in use, or as many as one caller may have.
    public mutating func take(for caller: Caller) -> Bool {
        let count = byCaller[caller, default: 0]
        guard total < totalMax, count < perCallerMax else { return false }
        total += 1
        byCaller[caller] = count + 1
        return true
    }

    /// How many a caller has taken.
    public func count(of caller: Caller) -> Int { byCaller[caller, default: 0] }

    /// Gives back one that a caller has taken.
    public mutating func giveBack(from caller: Caller) {
        guard let count = byCaller[caller] else { return }
        total -= 1
        byCaller[caller] = count > 1 ? count - 1 : nil
    }
}
