public import Bytes

/// What stands around the rows in the body of an answer: a JSON array of objects, or the one
/// object. Rows are encoded by the engine that has them, where they lie.
public struct RowsFrame {
    /// What the rows become.
    public let form: RowForm
    /// Rows so far; of a single object also those that are counted only.
    public var rowCount = 0

    /// A body before the first row.
    public init(_ form: RowForm) { self.form = form }

    /// Counts a row, and appends what stands in front of it.
    ///
    /// - Returns: whether its object follows; of several rows only the first one's does where one
    ///   object is meant.
    @inlinable
    public mutating func begin(in body: inout [UInt8]) -> Bool {
        rowCount += 1
        if form.isObject { return rowCount == 1 }
        body.append(rowCount == 1 ? ASCII.leftBracket : ASCII.comma)
        return true
    }

    /// Appends what stands behind the last row.
    @inlinable
    public func end(in body: inout [UInt8]) {
        if form.isObject { return }
        if rowCount == 0 { body.append(ASCII.leftBracket) }
        body.append(ASCII.rightBracket)
    }
}
