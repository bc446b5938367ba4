import CSQLite

/// The class that SQLite stored a value in (datatype3.html).
public enum StorageClass: Sendable {
    case null, integer, real, text, blob

    init(_ code: Int32) {
        switch code {
        case SQLITE_INTEGER: self = .integer
        case SQLITE_FLOAT: self = .real
        case SQLITE_TEXT: self = .text
        case SQLITE_BLOB: self = .blob
        default: self = .null
        }
    }
}
