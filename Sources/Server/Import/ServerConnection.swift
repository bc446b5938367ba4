import Bytes
import Configuration
import Diagnostics
import Network

/// A connection to a running server that a command speaks HTTP/1.1 over, a request at a time.
/// Blocks; confined to the thread of the command.
final class ServerConnection {
    /// What a server answered.
    struct Answer {
        let status: Int
        /// The value of `Retry-After`, where there is one.
        let retryAfterSeconds: Int64?
        /// How many rows were written, where that was asked (`Content-Range: */3`).
        let rowCount: Int?
        let body: [UInt8]
    }

    /// Where it answers.
    let server: ServerURL
    private let connection: BlockingConnection
    private var host: String { server.address.text }
    private let key: String

    /// Connects.
    ///
    /// - Parameters:
    ///   - server: where it answers.
    ///   - roots: how its certificate is judged, if it has one.
    ///   - key: the API key that every request shows.
    /// - Throws: `server_not_reached` when nobody answers there; what is wrong with its
    ///   certificate.
    init(
        to server: ServerURL, trusting roots: TLSClientContext.Roots = .system, key: String
    ) throws(Problem) {
        self.server = server
        self.key = key
        do throws(BlockingConnection.Failure) {
            let context = server.isSecure ? try Self.context(trusting: roots) : nil
            connection = try BlockingConnection(
                toHost: server.address.host, port: server.address.port, tls: context)
        } catch {
            throw .notReached(server, error)
        }
    }

    private static func context(
        trusting roots: TLSClientContext.Roots
    ) throws(BlockingConnection.Failure) -> TLSClientContext {
        do throws(TLSError) {
            // A server that is known by its certificate may be reached by any name.
            if case .server = roots {
                return try TLSClientContext(verification: .chain, roots: roots)
            }
            return try TLSClientContext(roots: roots)
        } catch {
            throw .tls(error)
        }
    }

    /// Sends a request, whose answer is to be taken before the next.
    ///
    /// - Throws: `server_lost` when the connection ends before that.
    func begin(
        _ method: String, _ target: String, _ fields: [(name: String, value: String)] = [],
        body: [UInt8] = []
    ) throws(Problem) {
        var request = "\(method) \(target) HTTP/1.1\r\nHost: \(host)\r\napikey: \(key)\r\n"
        request += "Authorization: Bearer \(key)\r\nContent-Type: application/json\r\n"
        for (name, value) in fields { request += "\(name): \(value)\r\n" }
        request += "Content-Length: \(body.count)\r\n\r\n"
        do throws(BlockingConnection.Failure) {
            try connection.send(Array(request.utf8) + body)
        } catch {
            throw .connectionLost(error)
        }
    }

    /// Waits for the answer to what was sent.
    ///
    /// - Throws: `server_lost` when the connection ends before that.
    func answer() throws(Problem) -> Answer {
        do throws(BlockingConnection.Failure) {
            return try receive()
        } catch {
            throw .connectionLost(error)
        }
    }

    private func receive() throws(BlockingConnection.Failure) -> Answer {
        var bytes: [UInt8] = []
        var head: AnswerHead?
        while true {
            if head == nil { head = AnswerHead(bytes) }
            if let head, bytes.count >= head.bytes + head.bodyBytes {
                return Answer(
                    status: head.status, retryAfterSeconds: head.retryAfterSeconds,
                    rowCount: head.rowCount,
                    body: Array(bytes[head.bytes..<(head.bytes + head.bodyBytes)]))
            }
            guard bytes.count < ImportLimits.answerBytesMax else {
                throw .lost(reason: "the answer is too long")
            }
            let more = try connection.receive()
            guard !more.isEmpty else { throw .lost(reason: "it was closed") }
            bytes += more
        }
    }
}

/// What the head of an answer says. Servers give the length of such answers.
private struct AnswerHead {
    /// Bytes of the head, its empty line included.
    let bytes: Int
    let status: Int
    var bodyBytes = 0
    var retryAfterSeconds: Int64?
    var rowCount: Int?

    /// Nil as long as the head is not whole.
    init?(_ received: [UInt8]) {
        let end: [UInt8] = Array("\r\n\r\n".utf8)
        guard
            let start = received.indices.first(where: { received[$0...].starts(with: end) })
        else { return nil }
        bytes = start + end.count
        let lines = String(utf8: received[..<start]).split(separator: "\r\n")
        status = lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let text = line[line.index(after: colon)...].filter { $0 != " " }
            switch line[..<colon].lowercased() {
            case "content-length": bodyBytes = Int(text) ?? 0
            case "retry-after": retryAfterSeconds = Int64(text)
            case "content-range": rowCount = text.split(separator: "/").last.flatMap { Int($0) }
            default: break
            }
        }
    }
}

extension Problem {
    fileprivate static func notReached(
        _ server: ServerURL, _ failure: BlockingConnection.Failure
    ) -> Problem {
        switch failure {
        case .notReached(let reason), .lost(let reason):
            return Problem(
                code: "server_not_reached", status: 503,
                message: "No server of Apus answers at \(server.text): \(reason).",
                hint: "Name the one that uses the database with --url URL.")
        case .tls(let error):
            var problem = Problem(error)
            problem.hint =
                "Name the server as its certificate does, with --url https://HOST:PORT, and an "
                + "authority that the system does not know with --ca FILE."
            return problem
        }
    }

    fileprivate static func connectionLost(_ failure: BlockingConnection.Failure) -> Problem {
        let reason =
            switch failure {
            case .notReached(let reason), .lost(let reason): reason
            case .tls(let error): "\(error)"
            }
        return Problem(
            code: "server_lost", status: 503,
            message: "The connection to the server was lost: \(reason).",
            hint: "The rows that were sent last may be in or not.")
    }
}
