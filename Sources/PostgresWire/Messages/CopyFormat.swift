/// How COPY data will come or is wanted (`G` and `H`).
public struct CopyFormat: Hashable, Sendable {
    /// Of the whole: text also stands for CSV.
    public let format: ValueFormat
    /// How many columns a row has.
    public let columnCount: Int

    init(parsing body: Span<UInt8>, of type: BackendMessageType) throws(WireFault) {
        var reader = BodyReader(body, of: type)
        guard let format = ValueFormat(rawValue: Int16(try reader.integer(Int8.self))) else {
            throw reader.fault
        }
        self.format = format
        columnCount = Int(try reader.integer(UInt16.self))
        _ = try reader.skip(2 * columnCount)
        try reader.end()
    }
}
