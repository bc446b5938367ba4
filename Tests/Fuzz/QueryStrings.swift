import Bytes
import Diagnostics
import Expressions
import HTTP
import Quotas
import REST
import Store
import StoreSQLite
import Synchronization
import Work

/// What is asked of a table, `notes?select=*`, with field lines behind it, is answered or refused,
/// never with a fault of the server's; a plan that is kept says what a new one says.
@Sendable func fuzzQuery(_ bytes: [UInt8]) {
    guard let request = request(bytes) else { return }
    let kept = services.kept.answer(request)
    // The server says that it gave up on these, not that it failed.
    if kept.isTooMuch { return }
    require(kept.isSound, "\(kept)")
    for other in [services.kept, Service()] {
        let answer = other.answer(request)
        if !answer.isTooMuch { require(answer == kept, "\(kept)\n\(answer)") }
    }
}

private func request(_ bytes: [UInt8]) -> Request? {
    var head = Array("GET /rest/v1/".utf8)
    var lines = bytes.split(separator: ASCII.lf, maxSplits: 8, omittingEmptySubsequences: false)
    head += lines.removeFirst() + Array(" HTTP/1.1\r\nHost: a\r\n".utf8)
    for line in lines { head += line + [ASCII.cr, ASCII.lf] }
    head += [ASCII.cr, ASCII.lf]
    var parser = RequestParser(limits: HTTPLimits())
    guard case .complete(let head, _) = parser.parse(head.span) else { return nil }
    return Request(head: head, body: [])
}

/// Kept for the life of the process. There is one thread.
private struct Services: @unchecked Sendable {
    let kept = Service()
}

private let services = Services()

private struct Service {
    let table: RouteTable<Identity>

    init() {
        let project = Project.shared
        do {
            let service = RESTService(
                catalogue: project.catalogue, rulebook: project.rulebook,
                database: project.database, reader: try project.database.makeReader(),
                settings: RESTSettings(
                    rowsMax: 100, refusesUnfilteredWrites: true, writeRowsMax: 1000),
                workers: RequestWorkers(threads: 1))
            table = service.routes(bodyBytesMax: 1 << 20)
        } catch {
            fatalError("\(error)")
        }
    }

    func answer(_ request: Request) -> Told {
        guard let path = table.path(inside: request.rawPath),
            case .row(let row, let parameters) = table.match(request.method, path)
        else { return Told(Response(status: 404)) }
        switch table.routes[row].action {
        case .head(let respond): return Told(respond(request, parameters, .anonymous))
        case .whole(_, let respond): return Told(respond(request, parameters, .anonymous))
        case .streamed: fatalError("reads take no body")
        }
    }
}

/// An answer as it would be sent.
private struct Told: Equatable, CustomStringConvertible {
    let status: Int
    let fields: [UInt8]
    let body: [UInt8]

    init(_ response: Response) {
        status = response.status
        fields = response.fieldLines
        body = response.body
    }

    /// Waits for the answer.
    init(_ answer: Answer) {
        switch answer {
        case .response(let response): self.init(response)
        case .deferred(let begin):
            let told = Mutex<Self?>(nil)
            let isTold = Semaphore()
            _ = begin { make in
                let answer = Self(make())
                told.withLock { $0 = answer }
                isTold.signal()
            }
            isTold.wait()
            self = told.withLock { $0 } ?? Self(Response(status: 599))
        case .prepared(let preparation):
            let isDone = Semaphore()
            let pool = MemoryPool(bytesMax: .max, perCallerMax: .max)
            _ = preparation.begin(HeldMemory(pool, for: .server)) { isDone.signal() }
            isDone.wait()
            self.init(preparation.answer())
        case .pending, .webSocket: fatalError("\(answer)")
        }
    }

    private var json: JSONValue? { try? JSONDocument(parsing: body, depthMax: 512).root }
    private var code: String? { json?["code"]?.string }

    /// The statement used up its time, or too much was asked at once.
    var isTooMuch: Bool { status >= 500 && (code == "57014" || code == "53400") }

    var isSound: Bool { status < 500 && (body.isEmpty || json != nil) }

    var description: String {
        "\(status) " + String(decoding: fields + body, as: UTF8.self)
    }
}
