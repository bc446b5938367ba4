import CSQLite

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
