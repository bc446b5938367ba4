import Addresses

/// What waits for something that one after the other has, fair between sites, and at each between
/// its callers: the next one is of him who has had the least of it, as far as it has been charged.
///
/// Who was idle begins where the others are: nobody saves anything up. Elements of one caller stay
/// in their order. All whose site nobody knows are as of one. Adding and taking cost the logarithm
/// of the sites and callers that wait.
public struct FairQueue<Element> {
    private var sites = FairLines<AddressBlock?, FairLines<Caller, FIFO<Element>>>()

    /// An empty queue.
    public init() {}

    /// Elements that wait.
    public var count: Int { sites.count }

    /// Whether nothing waits.
    public var isEmpty: Bool { count == 0 }

    /// Elements of a caller that wait.
    public func count(of caller: Caller) -> Int { sites[caller.knownSite]?[caller]?.count ?? 0 }

    /// Elements that wait as a caller comes with more.
    public func use(by caller: Caller) -> ShareUse {
        ShareUse(
            total: count, each: count(of: caller),
            site: caller.knownSite.map { count(ofSite: $0) })
    }

    private func count(ofSite site: AddressBlock?) -> Int { sites[site]?.count ?? 0 }

    /// Adds an element behind the others of its caller.
    public mutating func append(_ element: Element, of caller: Caller) {
        sites.append(to: caller.knownSite) { callers in
            callers.append(to: caller) { $0.append(element) }
        }
    }

    /// Takes the next element; nil when nothing waits.
    public mutating func popFirst() -> (element: Element, caller: Caller)? {
        popFirst(where: { _ in true })
    }

    /// Takes the next element of those callers that a predicate is true of, who keep their turns
    /// otherwise; nil when nothing of theirs waits.
    public mutating func popFirst(
        where mayHave: (Caller) -> Bool
    ) -> (element: Element, caller: Caller)? {
        popFirst { caller, line in mayHave(caller) ? line.popFirst() : nil }
    }

    /// Takes the next element that a predicate is true of: each caller's first such one, in turn.
    public mutating func popFirst(
        ofWhich isWanted: (Element) -> Bool
    ) -> (element: Element, caller: Caller)? {
        popFirst { _, line in line.popFirst(where: isWanted) }
    }

    private mutating func popFirst(
        _ take: (Caller, inout FIFO<Element>) -> Element?
    ) -> (element: Element, caller: Caller)? {
        sites.popFirst { _, callers in
            callers.popFirst { caller, line in
                take(caller, &line).map { (element: $0, caller: caller) }
            }
        }
    }

    /// Says what an element of a caller has cost, in whatever unit the queue's owner counts in.
    /// Nobody owes for what he had while nobody waited.
    public mutating func charge(_ cost: UInt64, to caller: Caller) {
        sites.charge(cost, to: caller.knownSite) { $0.charge(cost, to: caller) }
    }

    /// Calls a closure with all that wait, in no order.
    public func forEach(_ body: (Element) -> Void) {
        sites.forEach { _, callers, _ in
            callers.forEach { _, line, _ in line.forEach(body) }
        }
    }

    /// Whether a predicate is true of one that waits.
    public func contains(where isWanted: (Element) -> Bool) -> Bool {
        sites.contains { callers in callers.contains { $0.contains(where: isWanted) } }
    }

    /// Takes out what a predicate is true of: who no longer waits.
    public mutating func removeAll(where isGone: (Element) -> Bool) {
        sites.takeOut { callers in
            callers.takeOut { line in _ = line.removeAll(where: isGone) }
        }
    }

    /// The same of one caller's, without a look at the others.
    public mutating func removeAll(of caller: Caller, where isGone: (Element) -> Bool) {
        sites.takeOut(of: caller.knownSite) { callers in
            callers.takeOut(of: caller) { line in _ = line.removeAll(where: isGone) }
        }
    }
}

extension FairQueue: Sendable where Element: Sendable {}

// Who gives way where the queue is full.
extension FairQueue {
    /// Takes out the last element of whoever has most at the site that has most, the one that has
    /// been served most where several have: to make room for one more of a caller who would have
    /// less.
    ///
    /// - Parameters:
    ///   - isFirst: Whether what is to come goes first.
    ///   - goesFirst: What goes first, in queues of which a part does: of this and of all else the
    ///     half may wait at the least, and whichever has less than the other takes its places.
    /// - Returns: nil where no site has more than the caller's would, and nobody else at that more
    ///   than the caller would.
    public mutating func displace(
        for caller: Caller, isFirst: Bool = false, goesFirst: (Element) -> Bool = { _ in false }
    ) -> (element: Element, caller: Caller)? {
        guard let holder = holder(before: caller, isFirst, goesFirst) else { return nil }
        var last: Element?
        sites.takeOut(of: holder.knownSite) { callers in
            callers.takeOut(of: holder) { line in last = line.popLast() }
        }
        return last.map { ($0, holder) }
    }

    /// Whose last element gives way to one more of a caller.
    private func holder(
        before caller: Caller, _ isFirst: Bool, _ goesFirst: (Element) -> Bool
    ) -> Caller? {
        // Who holds of those alike, and of the others.
        var (alike, others) = (SiteHolders(before: caller), SiteHolders(before: caller))
        sites.forEach { site, callers, served in
            var (alikeHere, othersHere) = (Holders(), Holders())
            callers.forEach { holder, line, served in
                guard let last = line.last else { return }
                if goesFirst(last) == isFirst {
                    alikeHere.note((line.count, served), of: holder)
                } else {
                    othersHere.note((line.count, served), of: holder)
                }
            }
            alike.note(alikeHere, at: site, served: served)
            others.note(othersHere, at: site, served: served)
        }
        if alike.count < others.count { return others.greediest }
        let site = caller.knownSite
        return alike.giver(
            ofSite: (count(ofSite: site) + 1, sites.served(site)),
            own: (count(of: caller) + 1, sites[site]?.served(caller) ?? 0))
    }
}
