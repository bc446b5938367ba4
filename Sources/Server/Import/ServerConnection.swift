import Bytes
import Configuration
import Diagnostics
import Glibc

/// A connection to a running server that a command speaks HTTP/1.1 over, a request at a time.
/// Blocks; confined to the thread of the command.
final class ServerConnection {
    /// What a server answered.
    struct Answer {
        let status: Int
        /// The value of `Retry-After`, where there is one.
        let retryAfterSeconds: Int64?
        let body: [UInt8]
    }

    private let descriptor: Int32
    private let host: String
    private let key: String

    /// Connects.
    ///
    /// - Parameters:
    ///   - address: where the server listens.
    ///   - key: the API key that every request shows.
    /// - Throws: `server_not_reached` when nobody answers there.
    init(to address: ListenAddress, key: String) throws(Problem) {
        host = address.text
        self.key = key
        descriptor = try Self.connect(to: address)
    }

    deinit { Glibc.close(descriptor) }

    private static func connect(to address: ListenAddress) throws(Problem) -> Int32 {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(address.host, String(address.port), &hints, &list)
        guard code == 0, unsafe list != nil else {
            let reason = unsafe gai_strerror(code).map { unsafe String(cString: $0) }
            throw .notReached(address, reason ?? "error \(code)")
        }
        defer { unsafe freeaddrinfo(list) }
        var reason: Int32 = 0
        var entry = unsafe list
        while let candidate = unsafe entry?.pointee {
            let descriptor = unsafe socket(
                candidate.ai_family, candidate.ai_socktype | Int32(SOCK_CLOEXEC.rawValue),
                candidate.ai_protocol)
            if descriptor >= 0 {
                let isConnected = unsafe Glibc.connect(
                    descriptor, candidate.ai_addr, candidate.ai_addrlen)
                if isConnected == 0 { return descriptor }
                reason = errno
                Glibc.close(descriptor)
            }
            unsafe entry = candidate.ai_next
        }
        throw .notReached(address, systemMessage(reason))
    }

    /// Sends a POST with a JSON body, and waits for the answer.
    ///
    /// - Throws: `server_lost` when the connection ends before the answer.
    func post(
        _ target: String, _ fields: [(name: String, value: String)], body: [UInt8]
    ) throws(Problem) -> Answer {
        var request = "POST \(target) HTTP/1.1\r\nHost: \(host)\r\napikey: \(key)\r\n"
        request += "Authorization: Bearer \(key)\r\nContent-Type: application/json\r\n"
        for (name, value) in fields { request += "\(name): \(value)\r\n" }
        request += "Content-Length: \(body.count)\r\n\r\n"
        try send(Array(request.utf8) + body)
        return try receive()
    }

    private func send(_ bytes: [UInt8]) throws(Problem) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { bytes in
                uninterrupted {
                    unsafe Glibc.send(
                        descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
                }
            }
            guard count > 0 else { throw .connectionLost(systemMessage(errno)) }
            rest = rest.dropFirst(count)
        }
    }

    private func receive() throws(Problem) -> Answer {
        var bytes: [UInt8] = []
        var head: AnswerHead?
        while true {
            if head == nil { head = AnswerHead(bytes) }
            if let head, bytes.count >= head.bytes + head.bodyBytes {
                return Answer(
                    status: head.status, retryAfterSeconds: head.retryAfterSeconds,
                    body: Array(bytes[head.bytes..<(head.bytes + head.bodyBytes)]))
            }
            guard bytes.count < ImportLimits.answerBytesMax else {
                throw .connectionLost("the answer is too long")
            }
            try receive(more: &bytes)
        }
    }

    private func receive(more bytes: inout [UInt8]) throws(Problem) {
        var block = [UInt8](repeating: 0, count: 4096)
        let count = unsafe block.withUnsafeMutableBytes { block in
            uninterrupted { unsafe recv(descriptor, block.baseAddress, block.count, 0) }
        }
        guard count > 0 else {
            throw .connectionLost(count == 0 ? "it was closed" : systemMessage(errno))
        }
        bytes += block.prefix(count)
    }
}

/// What the head of an answer says. Servers give the length of such answers.
private struct AnswerHead {
    /// Bytes of the head, its empty line included.
    let bytes: Int
    let status: Int
    var bodyBytes = 0
    var retryAfterSeconds: Int64?

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
            default: break
            }
        }
    }
}

extension Problem {
    fileprivate static func notReached(_ address: ListenAddress, _ reason: String) -> Problem {
        Problem(
            code: "server_not_reached", status: 503,
            message: "No server of Apus answers at \(address.text): \(reason).",
            hint: "Name the one that uses the database with --url URL.")
    }

    fileprivate static func connectionLost(_ reason: String) -> Problem {
        Problem(
            code: "server_lost", status: 503,
            message: "The connection to the server was lost: \(reason).",
            hint: "The rows that were sent last may be in or not.")
    }
}
