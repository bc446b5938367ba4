import Diagnostics
import Glibc
import HTTP
import HTTPServer

// A server for foreign test suites and for measuring this layer alone. A WebSocket is an echo; at
// /fan its messages go to all of them. Everything else is a greeting. Built only with APUS_ECHO
// set.
//
//     APUS_ECHO=1 swift run -c release EchoServer 9001
//
// `Tests/Autobahn/run` plays the Autobahn testsuite against it.

@main
struct EchoServer {
    static func main() {
        // Autobahn's case 9 sends messages of 16 MiB.
        var configuration = HTTPServerConfiguration(
            connectionsMax: 1_000, messageBytesMax: 32 * 1_048_576)
        configuration.port = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 9_001
        configuration.loops = CommandLine.arguments.dropFirst(2).first.flatMap { Int($0) } ?? 1
        configuration.connectionLimits.webSocketQueueBytesMax = 64 * 1_048_576
        let server = WebServer(configuration: configuration) { _ in EchoApplication() }
        do {
            try server.start()
        } catch {
            print(error.message)
            exit(1)
        }
        print("listening on http://127.0.0.1:\(server.port)")
        fflush(nil)
        while true { pause() }
    }
}

final class EchoApplication: Application {
    private let greeting = Array("Hello, world.".utf8)
    private let fan = Fan()

    func admit(_ request: Request) -> Admission {
        .body(BodyPolicy(bytesMax: 1_048_576)) { [self] in respond(to: $0) }
    }

    func respond(to request: Request) -> Answer {
        if request.path == "/fan" { return .webSocket(FanSession(fan)) }
        if request.head.asksForWebSocket { return .webSocket(EchoSession()) }
        if request.head.fieldEquals("x-pending", "1") {
            return .pending {
                Response(status: 200, contentType: "text/plain", body: Array("Hello.".utf8))
            }
        }
        return .response(Response(status: 200, contentType: "text/plain", body: greeting))
    }
}

final class EchoSession: WebSocketSession {
    private var sink: (any WebSocketSink)?

    func opened(_ sink: any WebSocketSink) { self.sink = sink }
    func received(text: [UInt8]) { sink?.send(text: text) }
    func received(binary: [UInt8]) { sink?.send(binary: binary) }
    func closed(code: UInt16?) { sink = nil }
}

/// All sessions at /fan of one loop.
final class Fan {
    var sinks: [any WebSocketSink] = []
}

final class FanSession: WebSocketSession {
    private let fan: Fan
    private var sink: (any WebSocketSink)?

    init(_ fan: Fan) { self.fan = fan }

    func opened(_ sink: any WebSocketSink) {
        self.sink = sink
        fan.sinks.append(sink)
    }
    func received(text: [UInt8]) {
        let frame = FramedBytes(textParts: [text])
        for sink in fan.sinks { sink.send(frame: frame) }
    }
    func received(binary: [UInt8]) {}
    func closed(code: UInt16?) {
        fan.sinks.removeAll { $0 === sink }
        sink = nil
    }
}
