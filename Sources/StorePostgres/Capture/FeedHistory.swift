public import PostgresWire

/// What decides whether somebody can go on from a cursor: the epochs, the newest number, and what
/// retention has deleted. A value: read it again when an epoch or a cut is new, and after each page
/// of changes that lie far back.
public struct FeedHistory: Hashable, Sendable {
    /// Why somebody cannot go on from a cursor, and must fetch anew.
    public enum Reset: String, Hashable, Sendable {
        /// The cursor is of another history, or of a part of one that was lost in a failover.
        case epoch
        /// The cursor names a number that is not used yet.
        case ahead
        /// Changes after the cursor have been deleted.
        case trimmed
    }

    private struct Epoch: Hashable {
        let previous: String?
        /// The last number of the epoch before that belongs to this history too.
        let previousEnd: Int64
        let number: Int64
    }

    private var epochs: [String: Epoch] = [:]
    private var trimmed: [String: Int64] = [:]
    /// The newest change's number; 0 before the first.
    public private(set) var head: Int64 = 0

    /// A history of which nothing has been read.
    public init() {}

    /// Adds a row of ``ChangeStatements/history``.
    public mutating func add(_ row: DataRow) throws(LogFault) {
        var reader = RowReader(row)
        let kind = try reader.letter("kind")
        let name = try reader.text("name")
        let previous = try reader.optionalText("prev")
        let end = try reader.optionalInt8("seq") ?? 0
        let number = try reader.optionalInt8("number") ?? 0
        switch kind {
        case UInt8(ascii: "e"): add(epoch: name, number, after: previous, end: end)
        case UInt8(ascii: "t"): add(trimmed: name, upTo: end)
        case UInt8(ascii: "h"): head = end
        case let other: throw .unknownKind(other)
        }
    }

    mutating func add(epoch: String, _ number: Int64, after previous: String?, end: Int64) {
        epochs[epoch] = Epoch(previous: previous, previousEnd: end, number: number)
    }

    mutating func add(trimmed model: String, upTo sequence: Int64) { trimmed[model] = sequence }

    mutating func set(head: Int64) { self.head = head }

    /// The epoch in force; nil before anything was read.
    public var epoch: String? { epochs.max { $0.value.number < $1.value.number }?.key }

    /// The number of the last change of a model that retention has deleted; 0 for none.
    public func trimmed(_ model: String) -> Int64 { trimmed[model] ?? 0 }

    /// Whether somebody who follows these models can go on from a cursor; nil when they can.
    ///
    /// An earlier epoch's numbers are this history's as far as it was copied: a server that takes
    /// over knows of no more, and gives the numbers behind again.
    public func reset(for cursor: FeedCursor, models: some Sequence<String>) -> Reset? {
        guard let end = end(of: cursor.epoch) else { return .epoch }
        if cursor.sequence > end { return cursor.epoch == epoch ? .ahead : .epoch }
        return models.contains { trimmed($0) > cursor.sequence } ? .trimmed : nil
    }

    /// The last number of an epoch that belongs to the one in force; nil when none does.
    private func end(of epoch: String) -> Int64? {
        var end = head
        var name = self.epoch
        while let current = name, let entry = epochs[current] {
            if current == epoch { return end }
            end = min(end, entry.previousEnd)
            // Numbers fall, so that a damaged table leads round in no circle.
            name = entry.previous.flatMap { previous in
                epochs[previous].flatMap { $0.number < entry.number ? previous : nil }
            }
        }
        return nil
    }
}
