import Bytes
import Diagnostics
import Store
import StoreSQLite
import Values

/// The rows that the search of a write has found: their rowids, as the statements of the writer
/// take them. Made where the search runs, so that the one writer finds it ready.
struct FoundRows: Sendable {
    let isEmpty: Bool
    /// The rowids as `json_each` takes them.
    let list: Value
    /// Whether there are more, which nobody has looked at.
    private let isCut: Bool

    /// The first column of all rows, but of no more than `max`.
    init(_ rows: inout Rows, max: Int = RESTLimits.foundRowsMax) throws(DatabaseError) {
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
        isEmpty = count == 0
        isCut = isMore
        list = .text(String(utf8: json))
    }

    /// - Throws: 54000 unless these are all.
    func requireAll() throws(Problem) {
        if isCut { throw .tooMuchFound }
    }
}

extension Value {
    /// Rowids as `json_each` takes them.
    init(rowIDs: [Int64]) {
        self = .text("[" + rowIDs.map(String.init).joined(separator: ",") + "]")
    }
}
