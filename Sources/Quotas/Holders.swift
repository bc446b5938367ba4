import Addresses

/// What several callers, or sites, hold of something of which all is taken, and who of them has
/// most: whoever gives way to a newcomer.
struct Holders {
    /// How much a caller or a site has, and how far it has been served, which decides between those
    /// who have as much.
    typealias Held = (count: Int, served: UInt64)

    private(set) var count = 0
    fileprivate var most: (held: Held, caller: Caller)?

    mutating func note(_ held: Held, of caller: Caller) {
        count += held.count
        if most.map({ $0.held < held }) ?? true { most = (held, caller) }
    }
}

/// The same by sites, as a newcomer finds it: who of all callers gives way to him.
struct SiteHolders {
    private let newcomer: Caller
    private var sites = Holders()
    /// Those at the newcomer's site.
    private var neighbours = Holders()

    init(before newcomer: Caller) { self.newcomer = newcomer }

    /// What all callers hold together.
    var count: Int { sites.count }

    /// The caller who has most at the site that has most.
    var greediest: Caller? { sites.most?.caller }

    /// What those at the newcomer's site hold together.
    var countBeside: Int { neighbours.count }

    /// Counts what callers of a site hold.
    ///
    /// - Parameter served: How far the site has been served.
    mutating func note(_ callers: Holders, at site: AddressBlock?, served: UInt64) {
        if site == newcomer.knownSite { neighbours = callers }
        if let most = callers.most { sites.note((callers.count, served), of: most.caller) }
    }

    /// Who gives way: whoever has most at the site that has most. No site does that would have no
    /// more than the newcomer's then, and nobody at that who would have no more than the newcomer:
    /// they would take turns at it.
    ///
    /// - Parameters:
    ///   - site: What the newcomer's site will have.
    ///   - own: What the newcomer will have.
    func giver(ofSite site: Holders.Held, own: Holders.Held) -> Caller? {
        if let most = sites.most, most.held > site, most.caller.knownSite != newcomer.knownSite {
            return most.caller
        }
        guard let most = neighbours.most, most.held > own else { return nil }
        return most.caller
    }
}
