public import Bytes
import Foundation

/// A response as it came over a connection.
public struct HTTPAnswer: Sendable {
    /// The status line and the field lines, with the blank line behind them.
    public let head: String
    /// The status code.
    public let status: Int
    /// Every field line in the order it came, names in lower case.
    public let lines: [(name: String, value: String)]
    /// The content.
    public var body: [UInt8] = []

    /// Reads a head; nil if it is none.
    init?(head: String) {
        let lines = head.components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]) else { return nil }
        var fields: [(name: String, value: String)] = []
        for line in lines.dropFirst() where !line.isEmpty {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            fields.append((line[..<colon].lowercased(), value))
        }
        (self.head, self.status, self.lines) = (head, status, fields)
    }

    /// The last value of each field, names in lower case.
    public var fields: [String: String] {
        Dictionary(lines.map { ($0.name, $0.value) }) { _, last in last }
    }

    /// The values of all lines of a field, its name in lower case.
    public func values(_ name: String) -> [String] { lines.filter { $0.name == name }.map(\.value) }

    /// The first value of a field, its name in any case.
    public func field(_ name: String) -> String? { values(name.lowercased()).first }

    /// The content as text.
    public var text: String { String(utf8: body) }

    /// The content as JSON.
    public var json: JSON {
        get throws { JSON(try JSONDocument(parsing: body).root) }
    }
}

extension LoopbackSocket {
    /// One response: its head, and its content by its chunks or by `Content-Length`.
    ///
    /// - Parameter toHead: whether it answers a HEAD, and has no content whatever it says.
    /// - Returns: nil if the stream ends before its head or its chunks do, or what came is none.
    public func readAnswer(toHead: Bool = false) -> HTTPAnswer? {
        guard var answer = readHead() else { return nil }
        if toHead { return answer }
        if answer.fields["transfer-encoding"] == "chunked" {
            guard let body = readChunks() else { return nil }
            answer.body = body
        } else {
            answer.body = read(count: Int(answer.fields["content-length"] ?? "0") ?? 0)
        }
        return answer
    }

    /// The head of one response; its content is still to be read as it came.
    public func readHead() -> HTTPAnswer? {
        readText(through: "\r\n\r\n").flatMap(HTTPAnswer.init)
    }

    /// Content by the chunked coding, without trailers (RFC 9112 §7.1); nil where it does not end.
    private func readChunks() -> [UInt8]? {
        var body: [UInt8] = []
        while let line = readText(through: "\r\n") {
            guard let count = Int(line.trimmingCharacters(in: .newlines), radix: 16) else { return nil }
            let chunk = read(count: count)
            guard chunk.count == count, read(count: 2) == Array("\r\n".utf8) else { return nil }
            if count == 0 { return body }
            body += chunk
        }
        return nil
    }
}
