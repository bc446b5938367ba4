import PostgresWire
import Store

/// Rows on their way into the body of an answer, encoded where they were received: a JSON array of
/// objects, or the one object.
struct RowsBody {
    private let layout: RowLayout
    private var frame: RowsFrame
    /// Whether a long body is made in parts: one that grew as a whole would be copied again and
    /// again, tens of milliseconds of a loop at the end.
    private var isParted = false
    /// The parts that are whole, each of some rows.
    private(set) var parts: [[UInt8]] = []
    private var partsBytes = 0
    /// What there is by now behind the parts.
    private(set) var bytes: [UInt8] = []
    /// Bytes so far.
    var byteCount: Int { partsBytes + bytes.count }
    /// Rows so far; of a single object also those that are counted only.
    var rowCount: Int { frame.rowCount }

    /// A body before the first row.
    init(_ layout: RowLayout, _ form: RowForm) {
        self.layout = layout
        frame = RowsFrame(form)
    }

    /// Appends a row, from its next field on, and what stands in front of it.
    ///
    /// - Throws: for a field that is no value of its member's type, or one that we cannot hold.
    mutating func append(_ row: DataRow) throws(FormatFault) {
        guard frame.begin(in: &bytes) else { return }
        var row = row
        if frame.form.stripsNulls {
            try layout.appendObject(strippingNulls: &row, to: &bytes)
        } else {
            try layout.appendObject(&row, to: &bytes)
        }
        if isParted, bytes.count >= HeldAnswer.partBytes { endPart() }
    }

    private mutating func endPart() {
        partsBytes += bytes.count
        parts.append(bytes)
        bytes = []
        bytes.reserveCapacity(HeldAnswer.partBytes + HeldAnswer.partBytes / 4)
    }

    /// Appends what ends the body, after the last row.
    mutating func end() { frame.end(in: &bytes) }

    /// Forgets all rows: they come again.
    ///
    /// - Parameter isParted: Whether a long body is made in parts.
    mutating func restart(isParted: Bool = false) {
        self.isParted = isParted
        parts = []
        partsBytes = 0
        bytes.removeAll(keepingCapacity: true)
        frame.rowCount = 0
    }
}
