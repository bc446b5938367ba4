/// The ranks of the members of an audience. The least is found in the time that their kinds take,
/// who are few, however many come and go.
struct Ranks {
    /// How many have each rank; none has one beyond.
    private var counts: [Int] = []

    /// The least rank; nil without members.
    var least: UInt8? { counts.firstIndex { $0 > 0 }.map { UInt8($0) } }

    /// One more has a rank.
    mutating func insert(_ rank: UInt8) {
        while counts.count <= Int(rank) { counts.append(0) }
        counts[Int(rank)] += 1
    }

    /// One who has a rank has left.
    mutating func remove(_ rank: UInt8) { counts[Int(rank)] -= 1 }
}
