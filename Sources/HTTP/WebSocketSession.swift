/// The way to one WebSocket peer. Lives on its loop's thread; after the connection has closed
/// everything said to it is dropped.
///
/// Frames are queued and leave together, one write per socket per turn of the loop. A peer whose
/// queue grows past the server's limit is closed with 1013.
public protocol WebSocketSink: AnyObject {
    /// Queues a frame that other sinks may share; its bytes are not copied.
    func send(frame: FramedBytes)
    /// Queues a text message. The bytes must be UTF-8.
    func send(text: [UInt8])
    /// Queues a binary message.
    func send(binary: [UInt8])
    /// Queues a ping; at most 125 bytes of payload are sent.
    func ping(_ payload: [UInt8])
    /// Starts the closing handshake. Nothing can be sent afterwards. The reason is cut to what a
    /// control frame holds (RFC 6455 §5.5.1).
    func close(code: UInt16, reason: String)
    /// Bytes queued that the kernel has not taken yet.
    var queuedBytes: Int { get }
}

/// What becomes of a WebSocket connection's messages. All methods are called on its loop's thread.
public protocol WebSocketSession: AnyObject {
    /// The subprotocol to name in the handshake; must be one of those the peer offered.
    var subprotocol: String? { get }
    /// Whether the session itself watches `queuedBytes` and waits for `drained()`; if so the
    /// server does not close a slow peer until its queue has outgrown the hard limit.
    var handlesBackPressure: Bool { get }
    /// Bytes that the session keeps for its peer, beside what is queued: where there is no room for
    /// them in the server's memory, the connection is closed with 1013. Asked after each message.
    var keptBytes: Int { get }
    /// The handshake is done; keep the sink until `closed`.
    func opened(_ sink: any WebSocketSink)
    /// A whole text message, valid UTF-8.
    func received(text: [UInt8])
    /// A whole binary message.
    func received(binary: [UInt8])
    /// The payload of a pong.
    func received(pong: [UInt8])
    /// Whether the last message takes more time than a loop has for it in a turn: no other is given
    /// until ``proceed(until:)`` has ended it.
    var isBusy: Bool { get }
    /// Goes on with the last message, at least by a step.
    ///
    /// - Parameter moment: When to leave the rest to a later call, in nanoseconds of the monotonic
    ///   clock.
    func proceed(until moment: UInt64)
    /// Nothing more will come. The code is the peer's (1005 if it gave none); nil if the
    /// connection was lost without a close frame.
    func closed(code: UInt16?)
    /// The queue is empty again after it was over the high-water mark.
    func drained()
    /// The server is about to stop: say goodbye and close. Whoever does not is closed with 1012 at
    /// the deadline.
    func draining()
}

extension WebSocketSession {
    /// None.
    public var subprotocol: String? { nil }
    /// No: a slow peer is closed with 1013.
    public var handlesBackPressure: Bool { false }
    /// Next to nothing.
    public var keptBytes: Int { 0 }
    /// Ignored.
    public func received(pong: [UInt8]) {}
    /// Never: messages are dealt with as they come.
    public var isBusy: Bool { false }
    /// Nothing is left.
    public func proceed(until moment: UInt64) {}
    /// Ignored.
    public func drained() {}
    /// Nothing: the server closes with 1012 at the deadline.
    public func draining() {}
}
