import Quotas

/// The audiences that a change is for, in the order in which they are told: by the rank of the
/// member who has the fewest channels.
///
/// So everybody's first channel is told before anybody's second, those before the third and fourth,
/// and so on in powers of two: who has many lets those wait who have about as many. All channels of
/// a site are as of some callers who have as many each. A channel whose token is renewed counts
/// twice for that moment.
struct TellingOrder {
    private var lines: [ContiguousArray<Audience>] = []
    private var line = 0
    private var place = 0

    /// The rank of a channel with which its caller, and his site, have so many.
    static func rank(ofChannel use: ShareUse) -> UInt8 {
        let ranks: Range<UInt8> = 0..<62
        return ranks.first { ShareBounds(each: 1 << Int($0)).shortage(0, beside: use) == nil }
            ?? ranks.upperBound
    }

    /// Forgets all, and keeps their room.
    mutating func removeAll() {
        for index in lines.indices { lines[index].removeAll(keepingCapacity: true) }
        (line, place) = (0, 0)
    }

    /// Adds an audience. None is added once one has been taken.
    mutating func append(_ audience: Audience) {
        let rank = Int(audience.rank)
        while lines.count <= rank { lines.append([]) }
        lines[rank].append(audience)
    }

    /// Takes the next audience.
    mutating func popFirst() -> Audience? {
        while line < lines.count {
            if place < lines[line].count {
                place += 1
                return lines[line][place - 1]
            }
            (line, place) = (line + 1, 0)
        }
        return nil
    }
}
