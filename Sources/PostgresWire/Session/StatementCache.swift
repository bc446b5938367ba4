/// Which statements the server knows by name on one session, the least used first to go.
///
/// A name is used across units only once the server has confirmed it: an error skips what follows
/// up to its Sync, a Parse as well, and a later unit that counted on it would fail too. Until then
/// later units parse for themselves, without a name.
struct StatementCache {
    /// What a step has to send in front of its Bind.
    enum Preparation {
        /// Nothing: the name is known.
        case none
        /// A Parse with the name, behind a Close where something under it may be left over or
        /// another had to go.
        case parse(closing: [StatementShape])
        /// A Parse without a name.
        case unnamed
    }

    private enum State: Equatable {
        case parsing(UnitID)
        case known
    }

    private struct Entry {
        let shape: StatementShape
        var state: State
        /// Neighbours in order of use; -1 at the ends.
        var newer = -1
        var older = -1

        /// What stands in a place that nobody has: it holds on to no text.
        static let vacant = Entry(shape: StatementShape(""), state: .known)
    }

    private let capacity: Int
    /// Bytes of texts that there may be, and that there are.
    private let bytesMax: Int
    private var bytes = 0
    /// Whether names are used at all.
    private(set) var usesNames: Bool
    private var places: [StatementShape.Key: Int] = [:]
    private var entries: [Entry] = []
    private var vacant: [Int] = []
    private var newest = -1
    private var oldest = -1
    /// What may still be on the server under its name, though it is not to be used; until a Close
    /// of it is confirmed.
    private var leftovers: [StatementShape.Key: Leftover] = [:]

    private struct Leftover {
        let shape: StatementShape
        /// Whether a Close is on its way, which an error may skip.
        var isClosing: Bool
    }

    init(capacity: Int, bytesMax: Int, usesNames: Bool) {
        self.capacity = capacity
        self.bytesMax = bytesMax
        self.usesNames = usesNames
    }

    var count: Int { places.count }

    func knows(_ shape: StatementShape) -> Bool {
        places[shape.key].map { entries[$0].state == .known } ?? false
    }

    /// What a step of `unit` has to send; from then on the name counts as being parsed.
    mutating func prepare(_ shape: StatementShape, in unit: UnitID) -> Preparation {
        guard usesNames, shape.use == .kept, shape.size <= bytesMax / 8, capacity > 0 else {
            return .unnamed
        }
        if let place = places[shape.key] {
            guard entries[place].state == .known || entries[place].state == .parsing(unit) else {
                return .unnamed
            }
            touch(place)
            return .none
        }
        guard makeRoom(for: shape) else { return .unnamed }
        insert(shape, .parsing(unit))
        return .parse(closing: leftovers.isEmpty ? [] : closeLeftovers(and: shape))
    }

    /// What has to be closed: what nobody has closed yet, but for what a unit in flight parses
    /// anew, and in any case what is parsed next.
    private mutating func closeLeftovers(and next: StatementShape) -> [StatementShape] {
        let closing = leftovers.values.filter { leftover in
            let key = leftover.shape.key
            return key == next.key || (!leftover.isClosing && places[key] == nil)
        }
        for leftover in closing { leftovers[leftover.shape.key]?.isClosing = true }
        return closing.map(\.shape)
    }

    // MARK: What the server says

    /// The server has parsed it for `unit`. What another unit is about to parse is not meant.
    mutating func confirmParse(_ shape: StatementShape, by unit: UnitID) {
        guard let place = places[shape.key], entries[place].state == .parsing(unit) else { return }
        entries[place].state = .known
    }

    /// It has not.
    mutating func skipParse(_ shape: StatementShape, by unit: UnitID) {
        guard let place = places[shape.key], entries[place].state == .parsing(unit) else { return }
        remove(place)
    }

    /// The server has closed it.
    mutating func confirmClose(_ shape: StatementShape) { leftovers[shape.key] = nil }

    /// It has not: somebody must again.
    mutating func skipClose(_ shape: StatementShape) {
        leftovers[shape.key]?.isClosing = false
    }

    /// What the server knows under its name is not to be used any more. What a unit is about to
    /// parse anew is.
    mutating func discard(_ shape: StatementShape) {
        guard let place = places[shape.key], entries[place].state == .known else { return }
        remove(place)
        leftovers[shape.key] = Leftover(shape: shape, isClosing: false)
    }

    /// A pooler gives us other servers than we prepared on: from now on no names.
    mutating func stopUsingNames() {
        self = StatementCache(capacity: 0, bytesMax: 0, usesNames: false)
    }

    // MARK: Order of use

    /// Makes room; false when too little can go.
    private mutating func makeRoom(for shape: StatementShape) -> Bool {
        while places.count >= capacity || bytes + shape.size > bytesMax {
            guard evict() else { return false }
        }
        return true
    }

    private mutating func evict() -> Bool {
        var place = oldest
        while place >= 0, entries[place].state != .known { place = entries[place].newer }
        guard place >= 0 else { return false }
        discard(entries[place].shape)
        return true
    }

    private mutating func remove(_ place: Int) {
        bytes -= entries[place].shape.size
        places[entries[place].shape.key] = nil
        unlink(place)
        entries[place] = .vacant
        vacant.append(place)
    }

    private mutating func insert(_ shape: StatementShape, _ state: State) {
        let place = vacant.popLast() ?? entries.count
        let entry = Entry(shape: shape, state: state)
        if place == entries.count { entries.append(entry) } else { entries[place] = entry }
        places[shape.key] = place
        bytes += shape.size
        link(place)
    }

    private mutating func touch(_ place: Int) {
        guard place != newest else { return }
        unlink(place)
        link(place)
    }

    private mutating func link(_ place: Int) {
        entries[place].older = newest
        entries[place].newer = -1
        if newest >= 0 { entries[newest].newer = place }
        newest = place
        if oldest < 0 { oldest = place }
    }

    private mutating func unlink(_ place: Int) {
        let (newer, older) = (entries[place].newer, entries[place].older)
        if newer >= 0 { entries[newer].older = older } else { newest = older }
        if older >= 0 { entries[older].newer = newer } else { oldest = newer }
    }
}
