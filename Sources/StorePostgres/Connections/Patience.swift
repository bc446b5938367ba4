/// How long units may take before they are taken to hold up others.
public struct Patience: Hashable, Sendable {
    /// What a unit may run beyond a round trip before nothing more is begun behind it, in
    /// milliseconds. A page of rows with embeds fits.
    public var heldUpMilliseconds: UInt64 = 5
    /// What it may run beyond a round trip before it is taken to be slow and run on the slow lane,
    /// in milliseconds.
    public var slowMilliseconds: UInt64 = 25
    /// What it may run beyond a round trip on the last connection of a slow lane, in milliseconds,
    /// before it waits for one of the others: counts over large tables fit.
    public var longMilliseconds: UInt64 = 200

    /// The defaults.
    public init() {}

    /// Nothing is slow.
    public static let endless: Patience = {
        var patience = Patience()
        patience.heldUpMilliseconds = 3_600_000
        patience.slowMilliseconds = 3_600_000
        patience.longMilliseconds = 3_600_000
        return patience
    }()

    /// What a unit has left once nothing more is begun behind it, and the same on the last
    /// connection of a slow lane.
    var leftMilliseconds: UInt64 { left(of: slowMilliseconds) }
    var longLeftMilliseconds: UInt64 { left(of: longMilliseconds) }

    private func left(of time: UInt64) -> UInt64 { time - min(time, heldUpMilliseconds) }
}
