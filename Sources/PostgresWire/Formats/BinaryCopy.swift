/// COPY's binary format (PostgreSQL manual, "COPY", "Binary Format").
///
///     signature (11)   flags (4)   extension length (4) and bytes
///     rows as in DataRow …   -1 (2)
public enum BinaryCopy {
    /// What stands in front of the rows: the signature, no flags, no extension.
    static let head: [UInt8] =
        Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)

    /// What stands behind them.
    static let tail: [UInt8] = [0xFF, 0xFF]
}
