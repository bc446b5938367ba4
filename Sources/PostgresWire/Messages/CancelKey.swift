/// What lets somebody cancel a session's statement: its process and a secret.
public struct CancelKey: Hashable, Sendable {
    /// The process of the session.
    public let processID: Int32
    /// Four bytes up to protocol 3.0, up to 256 later.
    public let secret: [UInt8]

    /// Reads the body of `K`.
    init(parsing body: Span<UInt8>) throws(WireFault) {
        var reader = BodyReader(body, of: .backendKeyData)
        processID = try reader.integer(Int32.self)
        guard (4...256).contains(reader.remaining) else { throw reader.fault }
        secret = body.extracting(try reader.skip(reader.remaining)).copied
    }
}
