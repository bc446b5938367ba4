/// How often something scarce was refused, for `/metrics`: since there was no more of it, or since
/// one, or his site, had as much as he may. Kept by whoever refuses.
public struct RefusalCounts: Hashable, Sendable {
    /// Refused since all of it was in use.
    public private(set) var inAll: Int
    /// Refused since one, or all from his site, had their share.
    public private(set) var ofCaller: Int

    /// So many refused already.
    public init(inAll: Int = 0, ofCaller: Int = 0) {
        (self.inAll, self.ofCaller) = (inAll, ofCaller)
    }

    /// Counts one more, or several.
    public mutating func count(_ shortage: ShareShortage, _ times: Int = 1) {
        switch shortage {
        case .inAll: inAll += times
        case .ofShare, .ofSite: ofCaller += times
        }
    }

    /// What was refused in two places.
    public static func + (one: RefusalCounts, other: RefusalCounts) -> RefusalCounts {
        RefusalCounts(
            inAll: one.inAll + other.inAll, ofCaller: one.ofCaller + other.ofCaller)
    }
}
