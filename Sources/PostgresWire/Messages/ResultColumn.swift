/// One column of a result (part of RowDescription).
public struct ResultColumn: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// Its type.
    public let type: TypeOID
    /// How its values come.
    public let format: ValueFormat
}

extension [ResultColumn] {
    /// Reads the body of `T`.
    init(parsing body: Span<UInt8>) throws(WireFault) {
        var reader = BodyReader(body, of: .rowDescription)
        let count = Int(try reader.integer(UInt16.self))
        // The shortest column takes 19 bytes: a count that cannot be true reserves nothing.
        guard count * 19 <= reader.remaining else { throw reader.fault }
        self = []
        reserveCapacity(count)
        for _ in 0..<count { append(try ResultColumn(from: &reader)) }
        try reader.end()
    }
}

extension ResultColumn {
    fileprivate init(from reader: inout BodyReader) throws(WireFault) {
        name = try reader.text()
        // The table's OID (4) and the column's number in it (2).
        _ = try reader.skip(6)
        type = TypeOID(rawValue: try reader.integer(UInt32.self))
        // The type's size (2) and what is added to it, such as a precision (4).
        _ = try reader.skip(6)
        guard let format = ValueFormat(rawValue: try reader.integer(Int16.self)) else {
            throw reader.fault
        }
        self.format = format
    }
}
