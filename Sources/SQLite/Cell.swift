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

/// One value inside SQLite: a column of a row, or an argument of a function.
///
/// Reading a cell as another class than its own converts it in place, as SQLite does.
public protocol Cell {
    /// The class that the value is stored in.
    var storageClass: StorageClass { get }
    /// The value as an integer.
    var integer: Int64 { get }
    /// The value as a double.
    var real: Double { get }
    /// The UTF-8 bytes of text, or the bytes of a blob. Valid while the cell is.
    func withBytes<R>(_ body: (Span<UInt8>) -> R) -> R
}

extension Cell {
    /// The text; ill-formed UTF-8 becomes U+FFFD.
    public var text: String {
        withBytes { bytes in
            unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
        }
    }

    /// The bytes.
    public var bytes: [UInt8] {
        withBytes { bytes in unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) } }
    }
}

/// A column of the row that a run stands at. Use it before the next step.
@safe public struct ColumnCell: Cell {
    let statement: OpaquePointer
    let index: Int32

    init(statement: OpaquePointer, index: Int32) {
        unsafe self.statement = statement
        self.index = index
    }

    /// The class that the value is stored in.
    public var storageClass: StorageClass {
        StorageClass(unsafe sqlite3_column_type(statement, index))
    }

    /// The value as an integer.
    public var integer: Int64 { unsafe sqlite3_column_int64(statement, index) }

    /// The value as a double.
    public var real: Double { unsafe sqlite3_column_double(statement, index) }

    /// The UTF-8 bytes of text, or the bytes of a blob.
    public func withBytes<R>(_ body: (Span<UInt8>) -> R) -> R {
        let start = unsafe sqlite3_column_blob(statement, index)
        let count = unsafe Int(sqlite3_column_bytes(statement, index))
        let buffer = unsafe UnsafeBufferPointer(
            start: start?.assumingMemoryBound(to: UInt8.self), count: start == nil ? 0 : count)
        return body(unsafe Span(_unsafeElements: buffer))
    }
}

/// An argument of a function, or a value of a changed row. Use it inside the callback that got it.
@safe public struct ValueCell: Cell {
    let value: OpaquePointer?

    init(_ value: OpaquePointer?) {
        unsafe self.value = value
    }

    /// The class that the value is stored in; null if there is no value.
    public var storageClass: StorageClass {
        guard let value = unsafe value else { return .null }
        return StorageClass(unsafe sqlite3_value_type(value))
    }

    /// The value as an integer.
    public var integer: Int64 { unsafe value.map { unsafe sqlite3_value_int64($0) } ?? 0 }

    /// The value as a double.
    public var real: Double { unsafe value.map { unsafe sqlite3_value_double($0) } ?? 0 }

    /// The UTF-8 bytes of text, or the bytes of a blob.
    public func withBytes<R>(_ body: (Span<UInt8>) -> R) -> R {
        let start = unsafe value.flatMap { unsafe sqlite3_value_blob($0) }
        let count = unsafe value.map { unsafe Int(sqlite3_value_bytes($0)) } ?? 0
        let buffer = unsafe UnsafeBufferPointer(
            start: start?.assumingMemoryBound(to: UInt8.self), count: start == nil ? 0 : count)
        return body(unsafe Span(_unsafeElements: buffer))
    }
}
