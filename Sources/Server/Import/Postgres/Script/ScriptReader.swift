import Bytes
import Diagnostics

/// A statement of a script.
struct ScriptStatement {
    /// Its text, the semicolon included.
    let bytes: [UInt8]
    /// The line on which it begins.
    let line: Int
    /// Where it begins in the file, in bytes.
    let offset: Int

    /// Its text in a row, cut where it is long.
    var excerpt: String {
        let words = String(utf8: bytes.prefix(400)).split(whereSeparator: \.isWhitespace)
        let text = words.joined(separator: " ")
        return text.count > 90 ? text.prefix(87) + "…" : text
    }

    /// Refuses the rows of another encoding, which would be others here.
    func requireUTF8() throws(ImportFault) {
        let words = excerpt.lowercased().split { " '=;".contains($0) }
        guard words.starts(with: ["set", "client_encoding"]), let encoding = words.last,
            !["utf8", "utf-8", "unicode", "sql_ascii"].contains(encoding)
        else { return }
        throw ImportFault(
            line: line, malformed: "the script is not in UTF-8; make it with pg_dump -E UTF8",
            isLast: true)
    }

    /// The line of one of its bytes.
    func line(of offset: Int) -> Int {
        line + bytes.prefix(offset).count { $0 == ASCII.lf }
    }
}

/// Gives the statements of a script, one after the other. Commands of psql are passed over.
/// Confined to the thread that reads.
struct ScriptReader {
    let input: InputBytes

    /// The next statement; nil at the end.
    ///
    /// - Throws: `ImportFault` where the script ends too early, `Problem` when it cannot be read.
    func next() throws -> ScriptStatement? {
        while true {
            while try skipBlank() {}
            guard let byte = try input.peek() else { return nil }
            if byte == ASCII.backslash {
                try skipLine()
                continue
            }
            let (line, offset) = (input.line, input.offset)
            let bytes = try input.take { bytes, isAll throws(ImportFault) in
                try Self.statement(bytes, isAll, on: line)
            }
            if bytes.count > 1 {
                return ScriptStatement(bytes: bytes, line: line, offset: offset)
            }
        }
    }

    private static func statement(
        _ bytes: Span<UInt8>, _ isAll: Bool, on line: Int
    ) throws(ImportFault) -> ([UInt8], byteCount: Int)? {
        switch StatementEnd.find(in: bytes, isAll: isAll) {
        case .statement(let count):
            return ([UInt8](copying: bytes.extracting(..<count)), count)
        case .incomplete: return nil
        case .unclosed(let what):
            throw ImportFault(
                line: line, malformed: "\(what) that begins here is not closed", isLast: true)
        }
    }

    /// Passes white space, or one comment; whether there was any.
    private func skipBlank() throws -> Bool {
        let line = input.line
        return try input.take { bytes, isAll throws(ImportFault) in
            var count = 0
            while count < bytes.count, ScriptBytes.isSpace(bytes[count]) { count += 1 }
            if count > 0 || bytes.count == 0 && isAll { return (count > 0, count) }
            if bytes.count < 2 { return isAll ? (false, 0) : nil }
            if bytes[0] == ASCII.minus, bytes[1] == ASCII.minus {
                if let end = bytes.firstIndex(of: ASCII.lf, from: 0) { return (true, end + 1) }
                return isAll ? (true, bytes.count) : nil
            }
            guard bytes[0] == ASCII.slash, bytes[1] == ASCII.asterisk else { return (false, 0) }
            if let end = ScriptBytes.endOfComment(bytes, from: 0) { return (true, end) }
            if isAll {
                throw ImportFault(
                    line: line, malformed: "a comment that begins here is not closed",
                    isLast: true)
            }
            return nil
        }
    }

    /// Passes the rest of the line.
    func skipLine() throws {
        _ = try line { _ in }
    }

    /// Takes the next line without its end.
    ///
    /// - Returns: what `body` makes of it; nil at the end of the file.
    func line<R>(_ body: (Span<UInt8>) -> R) throws -> R? {
        try input.take { (bytes, isAll) throws(ImportFault) in
            if let end = bytes.firstIndex(of: ASCII.lf, from: 0) {
                let isWindows = end > 0 && bytes[end - 1] == ASCII.cr
                return (body(bytes.extracting(..<(isWindows ? end - 1 : end))), end + 1)
            }
            guard isAll else { return nil }
            return bytes.count == 0 ? (nil, 0) : (body(bytes), bytes.count)
        }
    }
}
