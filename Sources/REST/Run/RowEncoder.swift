import Bytes
import Database

/// Rows on their way into the body of an answer: a JSON array of objects, or the one object.
struct RowEncoder {
    private let layout: RowLayout
    private let media: MediaType
    /// Rows so far; of a single object also those that are counted only.
    private(set) var rowCount = 0

    init(_ layout: RowLayout, _ media: MediaType) {
        self.layout = layout
        self.media = media
    }

    /// - Throws: `tooLarge` for a body over `DatabaseLimits.answerBytesMax`.
    static func refuseOversize(_ byteCount: Int) throws(DatabaseError) {
        if byteCount > DatabaseLimits.answerBytesMax {
            throw .tooLarge("an answer of more than \(DatabaseLimits.answerBytesMax) bytes")
        }
    }

    /// Appends the next row and what stands in front of it, or after the last one what ends the
    /// body.
    ///
    /// - Returns: false when there is no other row.
    mutating func appendNext(
        _ rows: inout Rows, to body: inout [UInt8]
    ) throws(DatabaseError) -> Bool {
        let isRow = try rows.next()
        if media.isObject {
            if isRow, rowCount == 0 { appendRow(rows, to: &body) }
        } else if isRow {
            body.append(rowCount == 0 ? ASCII.leftBracket : ASCII.comma)
            appendRow(rows, to: &body)
        } else {
            if rowCount == 0 { body.append(ASCII.leftBracket) }
            body.append(ASCII.rightBracket)
        }
        if isRow { rowCount += 1 }
        return isRow
    }

    private func appendRow(_ rows: borrowing Rows, to body: inout [UInt8]) {
        if media.stripsNulls {
            layout.appendObject(strippingNulls: rows, to: &body)
        } else {
            layout.appendObject(rows, to: &body)
        }
    }
}
