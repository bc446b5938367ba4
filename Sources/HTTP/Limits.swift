/// What one peer may make the codecs keep of a head and of a body's framing. Every default is a
/// number of bytes unless it says so. How much body a route takes is in its `BodyPolicy`.
public struct HTTPLimits: Hashable, Sendable {
    /// The request line and all field lines with their line ends. A cookie jar and a bearer token
    /// fit many times over; past it the answer is 431, or 414 if the target is to blame.
    public var headBytesMax = 65_536
    /// The request target alone. RFC 9112 §3 asks for at least 8,000; generated filters such as
    /// `id=in.(…)` need far more. Past it the answer is 414.
    public var targetBytesMax = 49_152
    /// Field lines of one head. Past it the answer is 431.
    public var fieldsMax = 100
    /// One chunk-size line with its extensions. Past it the answer is 400.
    public var chunkLineBytesMax = 4_096
    /// The trailer section behind a chunked body. Past it the answer is 431.
    public var trailerBytesMax = 8_192

    /// The defaults.
    public init() {}
}

/// Blank lines in front of a request line that are skipped (RFC 9112 §2.2), in bytes.
let leadingBlankBytesMax = 8

/// The payload of a WebSocket control frame (RFC 6455 §5.5), in bytes.
public let controlPayloadBytesMax = 125
