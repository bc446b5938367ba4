/// What one server may make a session keep, each with its unit and its reason.
public struct WireLimits: Hashable, Sendable {
    /// The longest message taken from the server, in bytes: one row, one error, one piece of a
    /// COPY. A longer row is told of and dropped, all else that is longer ends the session.
    public var messageBytesMax = 64 << 20
    /// The same before the server has let us in, when it may be anybody. Descriptions of failed
    /// sign-ins and lists of settings stay far below.
    public var startupMessageBytesMax = 65_536
    /// The most settings that the server may report. PostgreSQL 18 reports 15.
    public var settingsMax = 128
    /// Named statements kept on one session. Each costs the server some 28 kB.
    public var statementsMax = 256
    /// Bytes of their texts together. What the server makes of a text is some thirty times as
    /// long; a text of more than an eighth of them gets no name.
    public var statementBytesMax = 524_288
    /// Most rounds of PBKDF2 that a server may ask for: it would burn our processor with more.
    public var scramIterationsMax = 1_000_000
    /// Fewest rounds: RFC 7677 §4 asks for 4,096, but PostgreSQL 16 lets its owner choose less.
    public var scramIterationsMin = 1

    /// The defaults.
    public init() {}
}

/// The longest message that the server takes, in bytes (`PQ_LARGE_MESSAGE_LIMIT`: 1 GiB less one).
public let sentMessageBytesMax = 0x3FFF_FFFF

/// The most parameters of one statement: the protocol counts them in 16 bits without a sign.
public let parametersMax = 65_535
