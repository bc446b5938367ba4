import Bytes
import Store
import Values

extension FoundRows {
    /// The rowids in the first column of all rows, but of no more than `max`, as a JSON array: as
    /// the statements of the writer take them. Made where the search runs, so that the one writer
    /// finds it ready.
    init(_ rows: inout Rows, max: Int = WriteLimits.foundRowsMax) throws(DatabaseError) {
        var json: [UInt8] = [ASCII.leftBracket]
        var count = 0
        var isMore = try rows.next()
        while isMore, count < max {
            if count > 0 { json.append(ASCII.comma) }
            json.append(decimal: rows.int64(0))
            count += 1
            isMore = try rows.next()
        }
        json.append(ASCII.rightBracket)
        self.init(.text(String(utf8: json)), count: count, isCut: isMore)
    }
}
