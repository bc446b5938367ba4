import Quotas

/// The units of the slow lanes of all loops, by whose they are and in the order in which they came.
struct SlowUnits {
    /// What stands for a unit.
    typealias Ticket = UInt64

    private var held: [Caller: [(ticket: Ticket, giveWay: @Sendable () -> Void)]] = [:]
    private(set) var total = 0
    private var ticketCount: Ticket = 0

    /// Takes a place for a unit. Where all are taken it is that of the last unit of whoever has
    /// most, if he has two more than the caller at the least: otherwise they would take turns at
    /// refusing each other.
    ///
    /// - Parameter giveWay: Called, on any thread, when another unit has its place; it may run by
    ///   then.
    /// - Returns: its ticket, and what is to be called of the one that was there.
    mutating func take(
        for caller: Caller, totalMax: Int, eachMax: Int, giveWay: @escaping @Sendable () -> Void
    ) throws(ShareShortage) -> (ticket: Ticket, displaced: (@Sendable () -> Void)?) {
        let count = held[caller]?.count ?? 0
        if count >= eachMax { throw .ofShare }
        var displaced: (@Sendable () -> Void)?
        if total >= totalMax {
            displaced = displace(from: count + 2)
            if displaced == nil { throw .inAll }
        }
        ticketCount += 1
        total += 1
        held[caller, default: []].append((ticketCount, giveWay))
        return (ticketCount, displaced)
    }

    /// Takes out the last one of whoever has most of them, and no fewer than so many. The server's
    /// own give way to nobody.
    private mutating func displace(from least: Int) -> (@Sendable () -> Void)? {
        let others = held.lazy.filter { $0.key != .server }
        guard let most = others.max(by: { $0.value.count < $1.value.count }),
            most.value.count >= least
        else { return nil }
        total -= 1
        return held[most.key]?.removeLast().giveWay
    }

    /// Gives a place back, unless another unit has it.
    mutating func giveBack(_ ticket: Ticket, from caller: Caller) {
        guard var line = held[caller], let index = line.firstIndex(where: { $0.ticket == ticket })
        else { return }
        line.remove(at: index)
        total -= 1
        held[caller] = line.isEmpty ? nil : line
    }
}
