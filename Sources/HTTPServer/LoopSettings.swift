import HTTP

/// What all connections of a server share and none changes.
struct LoopSettings: Sendable {
    let limits: HTTPLimits
    let messageBytesMax: Int
    let deadlines: DeadlineTable
    let connectionLimits: ConnectionLimits
    let observer: (@Sendable (AnsweredRequest) -> Void)?
    let descriptorsExhausted: (@Sendable () -> Void)?

    init(_ configuration: HTTPServerConfiguration) {
        limits = configuration.limits
        messageBytesMax = configuration.messageBytesMax
        deadlines = DeadlineTable(configuration.deadlines)
        connectionLimits = configuration.connectionLimits
        observer = configuration.observer
        descriptorsExhausted = configuration.descriptorsExhausted
    }
}
