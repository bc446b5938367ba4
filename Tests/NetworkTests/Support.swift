import Network
import TestSupport
import Testing

/// A loop on a thread of its own, stopped and joined when the test's closure returns.
func withLoop(_ body: (LoopThread) throws -> Void) throws {
    let thread = try LoopThread(index: 0, name: "test loop")
    defer {
        thread.stop()
        thread.join()
    }
    try body(thread)
}

/// What a delegate was told, in order.
enum Heard: Hashable, Sendable {
    case received(String)
    case secured
    case end
    case drained
    case closed(CloseReason)
}

/// A delegate that writes down what it hears and does what the test wants.
final class Scribe: StreamSocketDelegate {
    let heard: Record<Heard>
    var onReceived: ((StreamSocket, [UInt8]) -> Void)?
    var onSecured: ((StreamSocket) -> Void)?
    var onEnd: ((StreamSocket) -> Void)?
    var onDrained: ((StreamSocket) -> Void)?

    init(_ heard: Record<Heard>) { self.heard = heard }

    func socket(_ socket: StreamSocket, received bytes: Span<UInt8>) {
        var copy: [UInt8] = []
        for index in bytes.indices { copy.append(bytes[index]) }
        heard.append(.received(String(decoding: copy, as: UTF8.self)))
        onReceived?(socket, copy)
    }

    func socketSecured(_ socket: StreamSocket) {
        heard.append(.secured)
        onSecured?(socket)
    }

    func socketReachedEnd(_ socket: StreamSocket) {
        heard.append(.end)
        onEnd?(socket)
    }

    func socketDrained(_ socket: StreamSocket) {
        heard.append(.drained)
        onDrained?(socket)
    }

    func socketClosed(_ socket: StreamSocket, reason: CloseReason) {
        heard.append(.closed(reason))
    }
}

/// A loop that listens; each connection gets a scribe that `configure` sets up.
func withServer(
    tls: TLSContext? = nil, host: String = "127.0.0.1",
    configure: @escaping @Sendable (Scribe, StreamSocket) -> Void,
    _ body: (Int, Record<Heard>, LoopThread) throws -> Void
) throws {
    let heard = Record<Heard>()
    let listening = try #require(try ListeningSocket.bind(host: host, port: 0, count: 1).first)
    let port = listening.port
    try withLoop { thread in
        try thread.perform { (loop) throws(NetworkError) in
            _ = try Listener(listening, on: loop, tls: tls) { socket in
                let scribe = Scribe(heard)
                socket.delegate = scribe
                configure(scribe, socket)
            }
        }
        try body(port, heard, thread)
    }
}
