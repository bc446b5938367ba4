/// How long units may take before they are taken to hold up others.
public struct Patience: Hashable, Sendable {
    /// What a unit may run beyond a round trip before nothing more is begun behind it, in
    /// milliseconds. A page of rows with embeds fits.
    public var heldUpMilliseconds: UInt64 = 5
    /// What it may run beyond a round trip before it is taken to be slow and run on the slow lane,
    /// in milliseconds.
    public var slowMilliseconds: UInt64 = 25

    /// The defaults.
    public init() {}

    /// Nothing is slow.
    public static let endless: Patience = {
        var patience = Patience()
        patience.heldUpMilliseconds = 3_600_000
        patience.slowMilliseconds = 3_600_000
        return patience
    }()

    /// What a unit has left once nothing more is begun behind it.
    var leftMilliseconds: UInt64 {
        slowMilliseconds - min(slowMilliseconds, heldUpMilliseconds)
    }
}
