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
    /// most, if he has two more than the caller at the least.
    ///
    /// - Parameter giveWay: Called, on any thread, when another unit has its place; it may run by
    ///   then.
    /// - Returns: its ticket, and what is to be called of the one that was there.
    mutating func take(
        for caller: Caller, totalMax: Int, eachMax: Int, giveWay: @escaping @Sendable () -> Void
    ) throws(ShareShortage) -> (ticket: Ticket, displaced: (@Sendable () -> Void)?) {
        let count = held.count(of: caller)
        if count >= eachMax { throw .ofShare }
        var displaced: (@Sendable () -> Void)?
        if held.total >= totalMax {
            displaced = held.displace(forHolderOf: count + 1)
            if displaced == nil { throw .inAll }
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
