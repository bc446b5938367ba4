import Bytes
import Diagnostics

/// The name of a table in a path (rest.md §1): one segment, percent-decoded.
enum TableName {
    /// - Throws: PGRST125 for what is no name.
    static func decode(_ segment: ArraySlice<UInt8>) throws(Problem) -> String {
        guard segment.count <= RESTLimits.tableNameBytesMax,
            let bytes = PercentEncoding.decode(segment, plusIsSpace: false),
            UTF8Check.isValid(bytes.span)
        else { throw .path }
        return String(utf8: bytes)
    }
}
