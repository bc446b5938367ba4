/// A setting by name, as at the start of a session and in reports.
public struct ServerSetting: Hashable, Sendable {
    /// The setting's name.
    public let name: String
    /// Its value.
    public let value: String

    /// A setting and its value.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

extension ServerSetting {
    /// Reads the body of `S`.
    init(parsing body: Span<UInt8>) throws(WireFault) {
        var reader = BodyReader(body, of: .parameterStatus)
        self.init(name: try reader.text(), value: try reader.text())
        try reader.end()
    }
}
