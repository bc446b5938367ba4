import HTTP
import Quotas

/// What all connections of a server share and none changes.
struct LoopSettings: Sendable {
    let limits: HTTPLimits
    let messageBytesMax: Int
    let proxies: TrustedProxies
    let deadlines: DeadlineTable
    let connectionLimits: ConnectionLimits
    let memory: MemoryPool
    let observer: RequestObservation?
    let notify: (@Sendable (ConnectionNotice) -> Void)?

    init(_ configuration: HTTPServerConfiguration) {
        limits = configuration.limits
        messageBytesMax = configuration.messageBytesMax
        proxies = configuration.proxies
        deadlines = DeadlineTable(configuration.deadlines)
        connectionLimits = configuration.connectionLimits
        memory = configuration.memory
        observer = configuration.observer
        notify = configuration.notify
    }
}
