import CSQLite

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
