/// What names turned out to be, for a short while. Times are milliseconds of the monotonic clock.
///
/// The C library does not tell how long an answer may be kept, so all are kept equally long: long
/// enough that the connections of all loops to one server ask once, too short to matter when a name
/// moves to another machine.
struct AddressCache {
    typealias Answer = Result<[SocketAddress], LookUpFailure>

    private struct Entry {
        let answer: Answer
        let end: UInt64
    }

    private let namesMax: Int
    private var entries: [String: Entry] = [:]

    init(namesMax: Int) { self.namesMax = namesMax }

    /// The answer for a name, if it is not too old.
    func answer(for name: String, at now: UInt64) -> Answer? {
        guard let entry = entries[name], now < entry.end else { return nil }
        return entry.answer
    }

    /// Keeps an answer until `end`. When there are too many, those that end soonest go first.
    mutating func keep(_ answer: Answer, for name: String, until end: UInt64, at now: UInt64) {
        entries[name] = nil
        guard end > now else { return }
        if entries.count >= namesMax { entries = entries.filter { $0.value.end > now } }
        while entries.count >= namesMax,
            let soonest = entries.min(by: { $0.value.end < $1.value.end })
        {
            entries[soonest.key] = nil
        }
        entries[name] = Entry(answer: answer, end: end)
    }

    mutating func forget(_ name: String) { entries[name] = nil }
}
