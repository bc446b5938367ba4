import PostgresWire
import Store

/// Rows on their way into the body of an answer, encoded where they were received: a JSON array of
/// objects, or the one object.
struct RowsBody {
    private let layout: RowLayout
    private var frame: RowsFrame
    /// What there is by now.
    private(set) var bytes: [UInt8] = []
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
    }

    /// Appends what ends the body, after the last row.
    mutating func end() { frame.end(in: &bytes) }

    /// Forgets all rows: they come again.
    mutating func restart() {
        bytes.removeAll(keepingCapacity: true)
        frame.rowCount = 0
    }
}
