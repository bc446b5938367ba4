import Bytes
import Diagnostics
import Disk
import Glibc
import HTTP
import HTTPServer
import Network
import Synchronization
import TestSupport

/// Holds pending answers back until the test opens it.
final class AnswerGate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [@Sendable () -> Void] = []
        var arrivals = 0
    }
    private let state = Mutex(State())

    var arrivals: Int { state.withLock { $0.arrivals } }

    func pass() async {
        await withCheckedContinuation { continuation in whenOpen { continuation.resume() } }
    }

    /// Does something on the thread that opens the gate, or at once if it is open.
    func whenOpen(_ action: @escaping @Sendable () -> Void) {
        let isOpen = state.withLock { state in
            state.arrivals += 1
            if !state.isOpen { state.waiting.append(action) }
            return state.isOpen
        }
        if isOpen { action() }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for action in waiting { action() }
    }
}

/// What happened to WebSocket sessions, for tests to look at.
final class SessionLog: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }

    private let parts = Mutex(0)
    /// Parts asked for, of all streams.
    var partCount: Int { parts.withLock { $0 } }
    func countPart() -> Int {
        parts.withLock { count in
            count += 1
            return count
        }
    }
}

/// Answers by path: `/echo` the body, `/pending` behind the gate, `/deferred` by the thread that
/// opens it, `/prepared` by the loop when that thread has, `/refused` at once, `/large/N` N bytes,
/// `/parts/N?KIND` N parts, `/wait` behind the gate with a note of being cancelled, `/file/NAME` a
/// file or a part of it, `/upload?KIND` a body that was streamed, `/work/NAME` after 1 ms of work,
/// `/hold/NAME` when the log has "go NAME", `/ws` an echo, `/flood` a session that floods its peer,
/// `/slow` one that answers in steps; everything else its method and path.
final class TestApplication: Application {
    let gate: AnswerGate
    let log: SessionLog
    /// The folder of the files.
    let folder: String

    init(gate: AnswerGate, log: SessionLog, folder: String) {
        self.gate = gate
        self.log = log
        self.folder = folder
    }

    func admit(_ request: Request) -> Admission {
        if request.path == "/upload" {
            let kind = String(decoding: request.rawQuery, as: UTF8.self)
            let policy = BodyPolicy(bytesMax: kind == "small" ? 1_000 : 100_000_000)
            return .streamed(policy) { [self] _ in upload(kind) }
        }
        return .body(BodyPolicy(bytesMax: 1_000_000)) { [self] in respond(to: $0) }
    }

    func respond(to request: Request) -> Answer {
        let path = request.path
        if path == "/ws" { return .webSocket(EchoSession(log)) }
        if path == "/flood" { return .webSocket(FloodSession(log)) }
        if path == "/slow" { return .webSocket(SlowSession(log)) }
        if path == "/pending" {
            let gate = gate
            let text = "pending \(request.rawQuery.count)"
            return .pending {
                await gate.pass()
                return Response(status: 200, contentType: "text/plain", body: Array(text.utf8))
            }
        }
        if path == "/deferred" {
            let (log, gate) = (log, gate)
            return .deferred { reply in
                gate.whenOpen {
                    let body = Array("late".utf8)
                    reply {
                        .response(Response(status: 200, contentType: "text/plain", body: body))
                    }
                    log.add("replied")
                }
                return { log.add("withdrawn") }
            }
        }
        if path == "/prepared" {
            let (log, gate) = (log, gate)
            let preparation = Preparation { _, done in
                gate.whenOpen {
                    done("prepared")
                    log.add("done")
                }
                return { log.add("withdrawn") }
            } answer: { (text: String) in
                log.add("answered")
                return .response(
                    Response(status: 200, contentType: "text/plain", body: Array(text.utf8)))
            }
            return .prepared(preparation)
        }
        if path == "/refused" {
            return .deferred { reply in
                reply { .response(Response(status: 503)) }
                return {}
            }
        }
        if path.hasPrefix("/parts/"), let count = Int(path.dropFirst(7)) {
            return .response(parts(count, String(decoding: request.rawQuery, as: UTF8.self)))
        }
        if path == "/wait" {
            let (log, gate) = (log, gate)
            return .pending {
                await withTaskCancellationHandler {
                    await gate.pass()
                } onCancel: {
                    log.add("cancelled")
                }
                return Response(status: 200)
            }
        }
        if path == "/upload" { return .pending(withNoBody: upload("")) }
        if path.hasPrefix("/file/") {
            return .response(file(String(path.dropFirst(6)), request.head))
        }
        if path.hasPrefix("/work/") {
            let start = monotonicNanoseconds()
            while monotonicNanoseconds() - start < 1_000_000 {}
            log.add(path)
        }
        if path.hasPrefix("/hold/") {
            let name = path.dropFirst(6)
            log.add("held \(name)")
            while !log.all.contains("go \(name)") { sched_yield() }
        }
        if path == "/echo" {
            return .response(Response(status: 200, contentType: "text/plain", body: request.body))
        }
        if path.hasPrefix("/large/"), let count = Int(path.dropFirst(7)) {
            let body = [UInt8](repeating: UInt8(ascii: "x"), count: count)
            return .response(Response(status: 200, contentType: "text/plain", body: body))
        }
        let text = "\(request.method.name) \(path)"
        return .response(Response(status: 200, contentType: "text/plain", body: Array(text.utf8)))
    }
}

extension TestApplication {
    /// Parts of one letter each, 10,000 bytes long, and after them what `kind` says.
    private func parts(_ count: Int, _ kind: String) -> Response {
        let (log, gate) = (log, gate)
        let length = kind == "known" ? count * 10_000 : kind == "short" ? count * 10_000 + 1 : nil
        let stream = ContentStream(
            length: length, timeMax: kind == "hasty" ? .milliseconds(50) : .seconds(60)
        ) { () throws(IncompleteContent) in
            let number = log.countPart()
            if number <= count {
                return [UInt8](
                    repeating: UInt8(ascii: "a") + UInt8((number - 1) % 26), count: 10_000)
            }
            if kind == "broken" { throw IncompleteContent() }
            if kind == "gate" || kind == "hasty" { await gate.pass() }
            return nil
        }
        var response = Response(status: 200)
        response.content = .stream(stream)
        return response
    }
}

extension TestApplication {
    /// A file, or the part of it that is asked for.
    private func file(_ name: String, _ head: RequestHead) -> Response {
        guard let file = try? OpenFile("\(folder)/\(name)") else { return Response(status: 404) }
        let range = FileRange(file)
        let selection = RangeSelection(head, of: range.byteCount, entityTag: "\"v1\"")
        var response = Response(status: 200)
        switch selection {
        case .whole: response.content = .file(range)
        case .part(let bytes):
            response.status = 206
            response.content = .file(range[bytes])
        case .unsatisfiable: response.status = 416
        }
        if let value = selection.contentRange(of: range.byteCount) {
            response.append(field: "Content-Range", value)
        }
        return response
    }
}

extension TestApplication {
    /// Answers with a body that is read as it comes: at once, or as `kind` says.
    private func upload(_ kind: String) -> IncomingBody.Handler {
        let (log, gate) = (log, gate)
        return { body in
            log.add("entered")
            if kind == "early" { return text("early") }
            if kind == "echo" { return echo(body, log) }
            if kind == "gate" { await gate.pass() }
            var whole: [UInt8] = []
            do throws(IncompleteBody) {
                while let part = try await body.next() {
                    if kind == "first" { return text("first") }
                    whole += part
                }
            } catch {
                log.add(words(error) + (Task.isCancelled ? ", cancelled" : ""))
                return Response(status: 500)
            }
            return Response(status: 200, contentType: "text/plain", body: whole)
        }
    }
}

private func text(_ text: String) -> Response {
    Response(status: 200, contentType: "text/plain", body: Array(text.utf8))
}

/// An answer that would be made of the body which comes behind it.
private func echo(_ body: IncomingBody, _ log: SessionLog) -> Response {
    var response = Response(status: 200)
    response.content = .stream(
        ContentStream(timeMax: .seconds(60)) { () throws(IncompleteContent) in
            do throws(IncompleteBody) {
                return try await body.next()
            } catch {
                log.add(words(error))
                return nil
            }
        })
    return response
}

private func words(_ error: IncompleteBody) -> String {
    switch error {
    case .refused(let fault): "refused \(fault.status)"
    case .disconnected: "disconnected"
    case .answered: "answered"
    }
}

final class EchoSession: WebSocketSession {
    private var sink: (any WebSocketSink)?
    private let log: SessionLog

    init(_ log: SessionLog) { self.log = log }

    func opened(_ sink: any WebSocketSink) {
        self.sink = sink
        log.add("opened")
    }
    func received(text: [UInt8]) {
        if text == Array("bye".utf8) { sink?.close(code: 4000, reason: "asked") }
        let words = String(decoding: text, as: UTF8.self)
        if words.hasPrefix("note ") { return log.add(words) }
        if words == "hold" {
            log.add("held")
            while !log.all.contains("go") { sched_yield() }
            return
        }
        sink?.send(text: text)
    }
    func received(binary: [UInt8]) { sink?.send(binary: binary) }
    func received(pong: [UInt8]) { log.add("pong \(pong.count)") }
    func closed(code: UInt16?) { log.add("closed \(code.map(String.init) ?? "lost")") }
    func draining() { sink?.close(code: 1012, reason: "restart") }
}

/// Takes a step for each byte of a message, and sends it back then.
final class SlowSession: WebSocketSession {
    private var sink: (any WebSocketSink)?
    private let log: SessionLog
    private var message: [UInt8] = []
    private var steps = 0

    init(_ log: SessionLog) { self.log = log }

    var isBusy: Bool { steps > 0 }

    func opened(_ sink: any WebSocketSink) { self.sink = sink }
    func received(text: [UInt8]) {
        if isBusy { log.add("given \(text.count) bytes while busy") }
        message = text
        steps = text.count
    }
    func received(binary: [UInt8]) {}
    /// A step of its own for each call, however much time there is.
    func proceed(until moment: UInt64) {
        guard isBusy else { return }
        steps -= 1
        log.add("step")
        if !isBusy { sink?.send(text: message) }
    }
    func closed(code: UInt16?) { log.add("closed \(code.map(String.init) ?? "lost")") }
}

/// Sends a hundred frames of 100 KB to whoever connects.
final class FloodSession: WebSocketSession {
    private let log: SessionLog

    init(_ log: SessionLog) { self.log = log }

    func opened(_ sink: any WebSocketSink) {
        let frame = FramedBytes(textParts: [[UInt8](repeating: 0, count: 100_000)])
        for _ in 0..<100 { sink.send(frame: frame) }
    }
    func received(text: [UInt8]) {}
    func received(binary: [UInt8]) {}
    func closed(code: UInt16?) { log.add("closed \(code.map(String.init) ?? "lost")") }
}

/// A server on a free port that is stopped when the test lets go of it.
final class TestServer {
    let gate = AnswerGate()
    let log = SessionLog()
    let files: TemporaryDirectory
    let server: WebServer

    init(
        loops: Int = 1, _ configure: (inout HTTPServerConfiguration) -> Void = { _ in }
    ) throws {
        files = try TemporaryDirectory()
        var configuration = HTTPServerConfiguration(
            connectionsMax: 10_000, messageBytesMax: 5_000_000)
        configuration.loops = loops
        // However slow a busy machine makes the test; tests of a deadline set their own.
        configuration.deadlines.head = .seconds(600)
        configuration.deadlines.body = .seconds(600)
        configuration.deadlines.write = .seconds(600)
        configure(&configuration)
        let gate = gate
        let log = log
        let folder = files.path
        server = WebServer(configuration: configuration) { _ in
            TestApplication(gate: gate, log: log, folder: folder)
        }
        try server.start()
    }

    deinit { server.drain(deadline: .zero) }

    var counters: HTTPCounters { server.counters[0] }

    func connect(receiveBufferBytes: Int32? = nil) throws -> LoopbackSocket {
        try LoopbackSocket(port: server.port, receiveBufferBytes: receiveBufferBytes)
    }

    /// A client whose handshake is done.
    func connectWebSocket(_ path: String = "/ws", receiveBufferBytes: Int32? = nil) throws
        -> LoopbackSocket
    {
        let client = try connect(receiveBufferBytes: receiveBufferBytes)
        client.send(webSocketRequest(path))
        _ = client.readAnswer()
        return client
    }
}
