import Bytes
import PostgresWire
import Store

/// Rows on their way into the body of an answer, encoded where they were received: a JSON array of
/// objects, or the one object.
struct RowsBody {
    private let layout: RowLayout
    private let form: RowForm
    /// What there is by now.
    private(set) var bytes: [UInt8] = []
    /// Rows so far; of a single object also those that are counted only.
    private(set) var rowCount = 0

    /// A body before the first row.
    init(_ layout: RowLayout, _ form: RowForm) {
        self.layout = layout
        self.form = form
    }

    /// Appends a row and what stands in front of it.
    ///
    /// - Throws: for a field that is no value of its member's type, or one that we cannot hold.
    mutating func append(_ row: DataRow) throws(FormatFault) {
        rowCount += 1
        if form.isObject {
            guard rowCount == 1 else { return }
        } else {
            bytes.append(rowCount == 1 ? ASCII.leftBracket : ASCII.comma)
        }
        var row = row
        if form.stripsNulls {
            try layout.appendObject(strippingNulls: &row, to: &bytes)
        } else {
            try layout.appendObject(&row, to: &bytes)
        }
    }

    /// Appends what ends the body, after the last row.
    mutating func end() {
        if form.isObject { return }
        if rowCount == 0 { bytes.append(ASCII.leftBracket) }
        bytes.append(ASCII.rightBracket)
    }

    /// Forgets all rows: they come again.
    mutating func restart() {
        bytes.removeAll(keepingCapacity: true)
        rowCount = 0
    }
}
