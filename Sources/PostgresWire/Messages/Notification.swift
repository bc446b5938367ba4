/// Another session's NOTIFY on a channel that this one listens to.
public struct Notification: Hashable, Sendable {
    /// Who notified: the process of its session.
    public let processID: Int32
    /// The channel.
    public let channel: String
    /// The text given; below 8,000 bytes.
    public let payload: String

    /// Reads the body of `A`.
    init(parsing body: Span<UInt8>) throws(WireFault) {
        var reader = BodyReader(body, of: .notification)
        processID = try reader.integer(Int32.self)
        channel = try reader.text()
        payload = try reader.text()
        try reader.end()
    }
}
