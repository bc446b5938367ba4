public import Addresses
public import Diagnostics
public import HTTP
import Quotas
import Synchronization

/// Is told of a request whose answer has been queued, and where it came from if that is asked for.
public typealias RequestObservation =
    @Sendable (_ request: AnsweredRequest, _ peer: () -> Peer) -> Void

/// A request whose answer has been queued.
public struct AnsweredRequest: Sendable {
    /// The request line and fields.
    public let head: RequestHead
    /// The request's number.
    public let id: UInt64
    /// The status it was answered with; 101 for a WebSocket.
    public let status: Int
    /// Why it was refused, where the answer says so.
    public let refusal: Refusal?
    /// From the request's last byte to its answer; from its head if its body is streamed.
    public let microseconds: UInt64

    /// The method.
    public var method: Method { head.method }

    /// The path as it was written. Makes a String.
    public var path: String { String(decoding: head.rawPath, as: UTF8.self) }
}

/// What one loop has done since it began. Values of one moment may be a tick apart.
public struct HTTPCounters: Hashable, Sendable {
    /// Requests handed to the application.
    public var requests = 0
    /// Requests refused by the codec or a deadline, before the application.
    public var refusedRequests = 0
    /// Connections accepted.
    public var connections = 0
    /// Connections open now.
    public var openConnections = 0
    /// Connections that were not served, by why.
    public var refusedConnections: [ConnectionRefusal: Int] = [:]
    /// WebSocket connections open now.
    public var openWebSockets = 0
    /// Bytes read; counted once a tick and when a connection ends.
    public var receivedBytes = 0
    /// Bytes written; counted once a tick and when a connection ends.
    public var sentBytes = 0
    /// How often requests, or steps of TLS handshakes, were put off to a later turn of the loop.
    public var deferredRequests = 0
    /// How often frames of WebSockets, or chunks of bodies, were.
    public var deferredInput = 0

    /// Nothing done yet.
    public init() {}
}

/// What a connection is not served for, as `/metrics` tells it.
public enum ConnectionRefusal: String, Hashable, Sendable, CaseIterable {
    /// As many are open as may be.
    case all
    /// As many of its address, or of its site, are open as may be.
    case caller
    /// As many TLS handshakes are under way as may be, of its site or in all.
    case handshakes
    /// There is no memory left for what a connection needs.
    case memory
    /// The process has no descriptor left.
    case descriptors

    init(_ shortage: ShareShortage) {
        switch shortage {
        case .inAll: self = .all
        case .ofShare, .ofSite: self = .caller
        }
    }
}

/// The counters as both sides reach them: the loop adds, anybody reads. Only the loop writes, so
/// no addition needs a locked instruction.
final class CounterCells: Sendable {
    let requests = Cell()
    let refusedRequests = Cell()
    let connections = Cell()
    let openConnections = Cell()
    let refusedConnections = Dictionary(
        uniqueKeysWithValues: ConnectionRefusal.allCases.map { ($0, Cell()) })
    let openWebSockets = Cell()
    let receivedBytes = Cell()
    let sentBytes = Cell()
    let deferredRequests = Cell()
    let deferredInput = Cell()

    /// One number, written by one thread.
    final class Cell: Sendable {
        private let value = Atomic(0)

        var current: Int { value.load(ordering: .relaxed) }

        func add(_ amount: Int) {
            value.store(value.load(ordering: .relaxed) &+ amount, ordering: .relaxed)
        }
    }

    /// Counts a connection that is not served.
    func countRefusal(_ reason: ConnectionRefusal) { refusedConnections[reason]?.add(1) }

    var snapshot: HTTPCounters {
        var counters = HTTPCounters()
        counters.requests = requests.current
        counters.refusedRequests = refusedRequests.current
        counters.connections = connections.current
        counters.openConnections = openConnections.current
        counters.refusedConnections =
            refusedConnections.mapValues(\.current).filter { $0.value > 0 }
        counters.openWebSockets = openWebSockets.current
        counters.receivedBytes = receivedBytes.current
        counters.sentBytes = sentBytes.current
        counters.deferredRequests = deferredRequests.current
        counters.deferredInput = deferredInput.current
        return counters
    }
}
