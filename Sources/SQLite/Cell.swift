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
