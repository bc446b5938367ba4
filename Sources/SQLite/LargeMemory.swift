import CSQLiteMemory

/// The memory that SQLite takes in pieces of 64 KiB and more, for all connections of the process:
/// copies of long values, rows and sorts. From any thread.
public enum LargeMemory {
    /// Bytes that there are now.
    public static var byteCount: Int { Int(csqlite_memory_bytes()) }

    /// How often a piece was refused so far.
    public static var refusals: Int { Int(csqlite_memory_refusals()) }

    /// From now on there are so many at the most: a statement that would take more fails with
    /// ``ResultCode/noMemory``.
    public static func limit(to bytes: Int) { csqlite_memory_limit(Int64(bytes)) }
}
