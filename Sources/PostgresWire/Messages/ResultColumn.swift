/// One column of a result (part of RowDescription).
public struct ResultColumn: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// The table's OID; 0 when it is no table's column.
    public let tableOID: UInt32
    /// The column's number in its table, from 1; 0 when it is none's.
    public let columnNumber: Int
    /// Its type.
    public let type: TypeOID
    /// Bytes of a value; negative when they vary.
    public let typeSize: Int
    /// What the type adds, such as precision and scale; -1 for nothing.
    public let typeModifier: Int32
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
        tableOID = try reader.integer(UInt32.self)
        columnNumber = Int(try reader.integer(Int16.self))
        type = TypeOID(rawValue: try reader.integer(UInt32.self))
        typeSize = Int(try reader.integer(Int16.self))
        typeModifier = try reader.integer(Int32.self)
        guard let format = ValueFormat(rawValue: try reader.integer(Int16.self)) else {
            throw reader.fault
        }
        self.format = format
    }
}
