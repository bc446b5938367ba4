import Bytes
public import PostgresWire

/// A place in a history of changes: everything up to and with a number has been seen.
///
///     k3Jf9a2Qx01.18234                       after change 18234
///     k3Jf9a2Qx01.18234~700:705:701,703       and what that snapshot saw
///
/// The second form is of a read: rows were fetched in a snapshot, which sees transactions that are
/// in no cut yet. Who follows on from there leaves their changes out.
public struct FeedCursor: Hashable, Sendable {
    /// The history.
    public let epoch: String
    /// The number of the last change seen; 0 for none.
    public let sequence: Int64
    /// What else has been seen.
    public let snapshot: Snapshot?

    /// A place.
    public init(epoch: String, sequence: Int64, snapshot: Snapshot? = nil) {
        self.epoch = epoch
        self.sequence = sequence
        self.snapshot = snapshot
    }

    /// Whether a change that stands behind the cursor has been seen all the same.
    public func covers(_ row: CapturedRow) -> Bool {
        row.sequence <= sequence || snapshot?.sees(row.xid) == true
    }

    /// The place after the last change of a cut. The snapshot is no longer needed once none of the
    /// transactions that it saw can still be in a later cut.
    public func advanced(past cut: Cut) -> FeedCursor {
        let isNeeded = snapshot.map { $0.xmax > cut.snapshot.xmin } ?? false
        return FeedCursor(
            epoch: cut.epoch, sequence: max(sequence, cut.last),
            snapshot: isNeeded ? snapshot : nil)
    }

    // MARK: Text

    /// The text; see above.
    public var text: String {
        let place = "\(epoch).\(sequence)"
        guard let snapshot else { return place }
        let running = snapshot.running.map(String.init).joined(separator: ",")
        return "\(place)~\(snapshot.xmin):\(snapshot.xmax):\(running)"
    }

    /// Reads a text, strictly: what `text` does not write is no cursor, and gives nil.
    public init?(_ text: String) {
        let parts = text.split(separator: "~", maxSplits: 1, omittingEmptySubsequences: false)
        let place = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        guard place.count == 2, !place[0].isEmpty, place[0].utf8.allSatisfy(Self.isOfEpoch),
            let sequence = Self.number(place[1], as: Int64.self)
        else { return nil }
        epoch = String(place[0])
        self.sequence = sequence
        guard parts.count == 2 else {
            snapshot = nil
            return
        }
        guard let snapshot = Self.snapshot(parts[1]) else { return nil }
        self.snapshot = snapshot
    }

    private static func snapshot(_ text: Substring) -> Snapshot? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let xmin = number(parts[0], as: UInt64.self),
            let xmax = number(parts[1], as: UInt64.self)
        else { return nil }
        var running: [UInt64] = []
        if !parts[2].isEmpty {
            for part in parts[2].split(separator: ",", omittingEmptySubsequences: false) {
                guard let xid = number(part, as: UInt64.self) else { return nil }
                running.append(xid)
            }
        }
        return Snapshot(xmin: xmin, xmax: xmax, running: running)
    }

    /// Digits alone, without leading zeros: each number has one spelling.
    private static func number<Number: FixedWidthInteger>(
        _ text: Substring, as type: Number.Type
    ) -> Number? {
        guard text.utf8.allSatisfy(ASCII.isDigit), text == "0" || text.utf8.first != ASCII.zero
        else { return nil }
        return Number(text)
    }

    /// The characters of base64url.
    private static func isOfEpoch(_ byte: UInt8) -> Bool {
        ASCII.isDigit(byte) || byte == ASCII.minus || byte == ASCII.underscore
            || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
