import Addresses

/// What several callers, or sites, hold of something of which all is taken, and who of them has
/// most: whoever gives way to a newcomer.
struct Holders {
    /// How much a caller or a site has, and how far it has been served, which decides between those
    /// who have as much.
    typealias Held = (count: Int, served: UInt64)

    private(set) var count = 0
    private var most: (held: Held, caller: Caller)?

    /// The caller who has most; at the site that has most, where sites were noted.
    var greediest: Caller? { most?.caller }

    mutating func note(_ held: Held, of caller: Caller) {
        count += held.count
        if most.map({ $0.held < held }) ?? true { most = (held, caller) }
    }

    /// Counts what a site holds, for which its caller stands who holds most of it.
    mutating func note(_ ofSite: Holders, served: UInt64) {
        if let most = ofSite.most { note((ofSite.count, served), of: most.caller) }
    }

    /// Who of these sites' callers gives way: whoever has most at the site that has most. No site
    /// does that would have no more than the newcomer's then, and nobody at that who would have no
    /// more than the newcomer: they would take turns at it.
    ///
    /// - Parameters:
    ///   - neighbours: Those at the newcomer's site.
    ///   - site: What that will have.
    ///   - own: What the newcomer will have.
    func giver(
        to newcomer: Caller, _ neighbours: Holders, ofSite site: Held, own: Held
    ) -> Caller? {
        if let most, most.held > site, most.caller.knownSite != newcomer.knownSite {
            return most.caller
        }
        guard let most = neighbours.most, most.held > own else { return nil }
        return most.caller
    }
}
