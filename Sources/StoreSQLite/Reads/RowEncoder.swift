import Store

/// Rows on their way into the body of an answer: a JSON array of objects, or the one object.
struct RowEncoder {
    private let layout: RowLayout
    private var frame: RowsFrame
    /// Rows so far; of a single object also those that are counted only.
    var rowCount: Int { frame.rowCount }

    /// An encoder before the first row.
    init(_ layout: RowLayout, _ form: RowForm) {
        self.layout = layout
        frame = RowsFrame(form)
    }

    /// Appends the next row and what stands in front of it, or after the last one what ends the
    /// body.
    ///
    /// - Returns: false when there is no other row.
    @inline(__always)
    mutating func appendNext(
        _ rows: inout Rows, to body: inout [UInt8]
    ) throws(DatabaseError) -> Bool {
        guard try rows.next() else {
            frame.end(in: &body)
            return false
        }
        if frame.begin(in: &body) {
            appendRow(rows, to: &body)
            try rows.requireWholeRow()
        }
        return true
    }

    /// Appends the rows that are left and what ends the body, unless the body grows longer than
    /// `bytesMax` before that.
    ///
    /// - Returns: Whether that was all of them.
    @inline(__always)
    mutating func append(
        _ rows: inout Rows, to body: inout [UInt8], upTo bytesMax: Int
    ) throws(DatabaseError) -> Bool {
        while try appendNext(&rows, to: &body) {
            if body.count > bytesMax { return false }
        }
        return true
    }

    /// Appends all rows and what ends the body, as far as there is memory for them.
    ///
    /// - Throws: `tooLarge` for more than its caller may have, `noMemory` for more than is left.
    mutating func append(
        _ rows: inout Rows, to body: inout [UInt8], within memory: AnswerMemory
    ) throws(DatabaseError) {
        while try !append(&rows, to: &body, upTo: memory.bytesMax) {
            try memory.cover(body.count)
        }
    }

    @inline(__always)
    private func appendRow(_ rows: borrowing Rows, to body: inout [UInt8]) {
        if frame.form.stripsNulls {
            layout.appendObject(strippingNulls: rows, to: &body)
        } else {
            layout.appendObject(rows, to: &body)
        }
    }
}
