/// Reads binary values (the `_send` functions of PostgreSQL's `adt` folder write them). All
/// numbers are big-endian.
///
/// Text, varchar, name, json and bytea need no reading: the bytes are the value, in UTF-8 where
/// they are text, since a session refuses a server of another encoding.
public enum Binary {
    /// Of any size: `int2`, `int4`, `int8`, `oid`, `xid8`, `pg_lsn`.
    static func integer<Number: FixedWidthInteger & BitwiseCopyable>(
        _ bytes: Span<UInt8>, of type: TypeOID
    ) throws(FormatFault) -> Number {
        guard bytes.count == MemoryLayout<Number>.size else {
            throw .wrongSize(bytes.count, type: type)
        }
        return bytes.bigEndian(at: 0, as: Number.self)
    }

    /// An `int2`.
    public static func int2(_ bytes: Span<UInt8>) throws(FormatFault) -> Int16 {
        try integer(bytes, of: .int2)
    }

    /// An `int4`.
    public static func int4(_ bytes: Span<UInt8>) throws(FormatFault) -> Int32 {
        try integer(bytes, of: .int4)
    }

    /// An `int8`.
    public static func int8(_ bytes: Span<UInt8>) throws(FormatFault) -> Int64 {
        try integer(bytes, of: .int8)
    }

    /// An `oid`.
    public static func oid(_ bytes: Span<UInt8>) throws(FormatFault) -> UInt32 {
        try integer(bytes, of: .oid)
    }

    /// An `xid8`: a transaction's number with its epoch.
    public static func xid8(_ bytes: Span<UInt8>) throws(FormatFault) -> UInt64 {
        try integer(bytes, of: .xid8)
    }

    /// A `pg_lsn`: a place in the write-ahead log.
    public static func lsn(_ bytes: Span<UInt8>) throws(FormatFault) -> UInt64 {
        try integer(bytes, of: .lsn)
    }

    /// A `bool`.
    public static func bool(_ bytes: Span<UInt8>) throws(FormatFault) -> Bool {
        let byte: UInt8 = try integer(bytes, of: .bool)
        guard byte <= 1 else { throw .malformed(.bool) }
        return byte == 1
    }

    /// A `float4`, NaN and the infinities included.
    public static func float4(_ bytes: Span<UInt8>) throws(FormatFault) -> Float {
        Float(bitPattern: try integer(bytes, of: .float4))
    }

    /// A `float8`, NaN and the infinities included.
    public static func float8(_ bytes: Span<UInt8>) throws(FormatFault) -> Double {
        Double(bitPattern: try integer(bytes, of: .float8))
    }

    /// The text of a `jsonb`, which a version byte of 1 precedes.
    @_lifetime(copy bytes)
    public static func jsonb(_ bytes: Span<UInt8>) throws(FormatFault) -> Span<UInt8> {
        guard bytes.count > 1 else { throw .wrongSize(bytes.count, type: .jsonb) }
        guard bytes[0] == 1 else { throw .malformed(.jsonb) }
        return bytes.extracting(1...)
    }
}
