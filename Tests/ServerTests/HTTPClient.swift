import Bytes
import Foundation

/// A small HTTP/1.1 client over one keep-alive connection.
final class HTTPClient {
    struct Answer {
        var status = 0
        /// Every field line in the order it came, names in lower case.
        var lines: [(name: String, value: String)] = []
        var body: [UInt8] = []

        /// The last value of each field.
        var fields: [String: String] {
            Dictionary(lines.map { ($0.name, $0.value) }) { _, last in last }
        }

        /// The values of all lines of a field.
        func values(_ name: String) -> [String] { lines.filter { $0.name == name }.map(\.value) }

        var text: String { String(utf8: body) }
        var json: JSON {
            get throws { JSON(try JSONDocument(parsing: body).root) }
        }
    }

    private let socket: LoopbackSocket
    private var received: [UInt8] = []
    var fields: [(String, String)] = []

    init(port: Int, key: String? = nil, token: String? = nil) throws {
        socket = try LoopbackSocket(port: port)
        if let key { fields.append(("apikey", key)) }
        if let token { fields.append(("Authorization", "Bearer \(token)")) }
    }

    func send(
        _ method: String, _ target: String, _ body: String? = nil, fields extra: [(String, String)] = []
    ) throws -> Answer {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        for (name, value) in fields + extra { text += "\(name): \(value)\r\n" }
        if let body {
            text += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        } else {
            text += "\r\n"
        }
        try socket.send(Array(text.utf8))
        return try receive(isHead: method == "HEAD")
    }

    /// Sends bytes as they are and reads one answer.
    func send(raw text: String) throws -> Answer {
        try socket.send(Array(text.utf8))
        return try receive(isHead: false)
    }

    private func receive(isHead: Bool) throws -> Answer {
        let end = Array("\r\n\r\n".utf8)
        var headEnd = received.firstRange(of: end)
        while headEnd == nil {
            let more = try socket.receive()
            guard !more.isEmpty else { throw SocketFault.closed }
            received += more
            headEnd = received.firstRange(of: end)
        }
        guard let headEnd else { throw SocketFault.malformed }
        var answer = try parse(String(utf8: received[..<headEnd.lowerBound]))
        received.removeFirst(headEnd.upperBound)
        let length = isHead ? 0 : Int(answer.fields["content-length"] ?? "0") ?? 0
        while received.count < length {
            let more = try socket.receive()
            guard !more.isEmpty else { throw SocketFault.closed }
            received += more
        }
        answer.body = Array(received.prefix(length))
        received.removeFirst(length)
        return answer
    }

    private func parse(_ head: String) throws -> Answer {
        let lines = head.components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]) else { throw SocketFault.malformed }
        var answer = Answer(status: status)
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { throw SocketFault.malformed }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            answer.lines.append((line[..<colon].lowercased(), value))
        }
        return answer
    }
}
