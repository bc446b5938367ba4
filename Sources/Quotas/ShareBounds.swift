/// How much of something scarce there may be in all, of one, and of all that come from one site:
/// several must be greedy, and at several sites, before others are refused.
public struct ShareBounds: Hashable, Sendable {
    /// So many shares all of one site have at most: many people may be behind one address.
    private static let sharesPerSite = 4

    /// In all.
    public let total: Int
    /// Of one.
    public let each: Int
    /// Of all from one site. Where nobody knows the site it does not hold.
    public let site: Int

    /// Bounds of which that of a site is made: what four may have, but less where that would leave
    /// no share of the whole to others. Accounts cost nothing, nor do addresses within a site: with
    /// a share each, one person would have it all.
    public init(total: Int = .max, each: Int = .max) {
        let (several, isBeyond) = each.multipliedReportingOverflow(by: Self.sharesPerSite)
        self.init(
            total: total, each: each,
            site: min(isBeyond ? .max : several, max(each, total - each)))
    }

    private init(total: Int, each: Int, site: Int) {
        (self.total, self.each, self.site) = (total, each, site)
    }

    /// What there would not be enough of for some more; nil if there is enough.
    public func shortage(_ more: Int = 1, beside use: ShareUse) -> ShareShortage? {
        shareShortage(more, beside: use) ?? (more > total - use.total ? .inAll : nil)
    }

    /// The same of the share of the one who asks and of his site's, whatever all have.
    public func shareShortage(_ more: Int = 1, beside use: ShareUse) -> ShareShortage? {
        if more > each - use.each { return .ofShare }
        return more > site - use.site ? .ofSite : nil
    }

    /// What there would not be enough of for one more of a caller; nil if there is enough.
    ///
    /// - Parameters:
    ///   - total: What is in use by all: where that is little nobody has much.
    ///   - use: What is in use as the caller comes; asked for where that is not known by the total.
    public func shortage(
        for caller: Caller, of total: Int, beside use: @autoclosure () -> ShareUse
    ) -> ShareShortage? {
        total < min(self.total, each) ? nil : holding(for: caller).shortage(beside: use())
    }

    /// As they hold for a caller: the server itself is held to no share.
    public func holding(for caller: Caller) -> ShareBounds {
        caller == .server ? ShareBounds(total: total) : self
    }

    /// What is left of them.
    public static func - (bounds: ShareBounds, use: ShareUse) -> ShareBounds {
        ShareBounds(
            total: bounds.total - use.total, each: bounds.each - use.each,
            site: bounds.site - use.site)
    }
}

/// How much of something is in use as one asks for more.
public struct ShareUse: Hashable, Sendable {
    /// By all.
    public let total: Int
    /// By the one who asks.
    public let each: Int
    /// By all from the site of the one who asks; none where nobody knows it.
    public let site: Int

    /// So much is in use; nil by a site that nobody knows.
    public init(total: Int, each: Int, site: Int?) {
        (self.total, self.each, self.site) = (total, each, site ?? 0)
    }

    /// What is in use in two places.
    public static func + (one: ShareUse, other: ShareUse) -> ShareUse {
        ShareUse(
            total: one.total + other.total, each: one.each + other.each,
            site: one.site + other.site)
    }
}

/// What there is not enough of.
public enum ShareShortage: Error, Hashable, Sendable {
    /// One has as much as one may have, which is said first: that one can do something about it.
    case ofShare
    /// All from one site have as much as they may.
    case ofSite
    /// All of it is in use.
    case inAll
}
