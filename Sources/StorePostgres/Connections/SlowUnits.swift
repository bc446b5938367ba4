import Quotas

/// The units of the slow lanes of all loops, by whose they are and in the order in which they came.
struct SlowUnits {
    /// What stands for a unit.
    typealias Ticket = UInt64

    private var held = CallerPlaces<Ticket, @Sendable () -> Void>()
    private var ticketCount: Ticket = 0

    /// The units of all callers.
    var total: Int { held.total }

    /// Takes a place for a unit. Where all are taken it is that of the last unit of whoever has
    /// most at the site that has most, if that has two more than the caller's at the least, or he
    /// two more than the caller.
    ///
    /// - Parameter giveWay: Called, on any thread, when another unit has its place; it may run by
    ///   then.
    /// - Returns: its ticket, and what is to be called of the one that was there.
    mutating func take(
        for caller: Caller, within bounds: ShareBounds, giveWay: @escaping @Sendable () -> Void
    ) throws(ShareShortage) -> (ticket: Ticket, displaced: (@Sendable () -> Void)?) {
        var displaced: (@Sendable () -> Void)?
        switch bounds.shortage(beside: held.use(by: caller)) {
        case nil: break
        case .inAll:
            displaced = held.displace(for: caller, with: 1)
            if displaced == nil { throw .inAll }
        case let shortage?: throw shortage
        }
        ticketCount += 1
        held.append(giveWay, id: ticketCount, of: caller)
        return (ticketCount, displaced)
    }

    /// Gives a place back, unless another unit has it.
    mutating func giveBack(_ ticket: Ticket, from caller: Caller) {
        held.remove(ticket, of: caller)
    }
}
