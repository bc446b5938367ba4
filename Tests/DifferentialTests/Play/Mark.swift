import Bytes
import Foundation

/// A value in an answer that every server makes for itself.
struct Mark: Hashable {
    /// `id`, or the name of the column that numbers rows.
    let kind: String
    let value: String

    /// An id that no server makes.
    static let nobody = "00000000-0000-4000-8000-000000000000"

    /// Values that requests bring along, and that are therefore the same everywhere.
    private static let given = Set(ColumnKind.uuids + [nobody])

    /// Numbers below this one are the server's; requests give greater ones.
    static let givenNumbersMin = 1000
}

/// A text in pieces: what is the same on every server, and what it has made.
enum AnswerPiece: Hashable {
    case text(String)
    case made(Mark)

    /// Finds what the server has made in a text: ids, the time, tokens, numbers behind the name of
    /// the column that they number.
    static func pieces(of text: String) -> [AnswerPiece] {
        var scanner = MarkScanner(bytes: Array(text.utf8))
        return scanner.pieces()
    }
}

private struct MarkScanner {
    let bytes: [UInt8]
    private var index = 0
    private var plain: [UInt8] = []
    private var found: [AnswerPiece] = []

    /// The days on which the tests run, as times begin.
    private static let days: [[UInt8]] = [0, 86_400].map { seconds in
        let date = Date(timeIntervalSinceNow: seconds)
        return Array(date.formatted(.iso8601.year().month().day()).utf8)
    }

    /// The bytes that what is found begins with. Most do not, and answers are long.
    private static let beginnings = (0...UInt8.max).map { byte in
        isHex(byte) || byte == UInt8(ascii: "e") || byte == UInt8(ascii: "s")
    }

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func pieces() -> [AnswerPiece] {
        while index < bytes.count {
            let mayBegin = Self.beginnings[Int(bytes[index])]
            let step = mayBegin ? uuid() ?? time() ?? token() ?? number() ?? 0 : 0
            if step == 0 { plain.append(bytes[index]) }
            index += max(1, step)
        }
        flush()
        return found
    }

    private mutating func flush() {
        if !plain.isEmpty { found.append(.text(String(utf8: plain))) }
        plain = []
    }

    private func byte(_ offset: Int) -> UInt8? {
        index + offset < bytes.count && index + offset >= 0 ? bytes[index + offset] : nil
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        ASCII.isDigit(byte) || (0x61...0x66).contains(byte)
    }

    private mutating func uuid() -> Int? {
        guard byte(8) == UInt8(ascii: "-"), let last = byte(35), Self.isHex(last) else {
            return nil
        }
        if let before = byte(-1), Self.isHex(before) { return nil }
        for offset in 0..<36 {
            let isDash = [8, 13, 18, 23].contains(offset)
            guard let byte = byte(offset), isDash ? byte == UInt8(ascii: "-") : Self.isHex(byte)
            else { return nil }
        }
        let value = String(utf8: Array(bytes[index..<index + 36]))
        if Mark.isGiven(value) { return nil }
        flush()
        found.append(.made(Mark(kind: "id", value: value)))
        return 36
    }

    private mutating func time() -> Int? {
        // Of this millennium.
        guard bytes[index] == UInt8(ascii: "2"), byte(4) == UInt8(ascii: "-"),
            Self.days.contains(where: { bytes[index...].starts(with: $0) })
        else { return nil }
        var length = 10
        if byte(10) == UInt8(ascii: "T") || byte(10) == ASCII.space {
            length = 11
            while let byte = byte(length), ASCII.isDigit(byte) || ":.".utf8.contains(byte) {
                length += 1
            }
            for zone in ["Z", "+00:00", "+00"]
            where bytes[(index + length)...].starts(with: zone.utf8) {
                length += zone.utf8.count
                break
            }
        }
        plain += "‹now›".utf8
        return length
    }

    private mutating func token() -> Int? {
        guard bytes[index] == UInt8(ascii: "e"), bytes[index...].starts(with: "eyJ".utf8) else {
            return nil
        }
        var length = 0
        while let byte = byte(length),
            ASCII.isLetter(byte) || ASCII.isDigit(byte) || "-_.".utf8.contains(byte)
        {
            length += 1
        }
        plain += "‹token›".utf8
        return length
    }

    /// `serial_books)=(5` of a constraint's details, `serial_books=eq.5` of a location.
    private mutating func number() -> Int? {
        guard bytes[index] == UInt8(ascii: "s"), bytes[index...].starts(with: "serial_".utf8)
        else { return nil }
        var length = 0
        while let byte = byte(length), ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == 0x5F {
            length += 1
        }
        let name = String(utf8: Array(bytes[index..<index + length]))
        for link in [")=(", "=eq."] where bytes[(index + length)...].starts(with: link.utf8) {
            let start = index + length + link.utf8.count
            let digits = bytes[start...].prefix { ASCII.isDigit($0) }
            guard let mark = Mark(column: name, number: String(utf8: Array(digits))) else {
                return nil
            }
            plain += Array((name + link).utf8)
            flush()
            found.append(.made(mark))
            return length + link.utf8.count + digits.count
        }
        return nil
    }
}

extension Mark {
    static func isGiven(_ value: String) -> Bool { given.contains(value) }

    /// The number that a server gave a row: the value of a column so named, or of a reference to
    /// it (`serial_books__3`).
    init?(column: String, number: String) {
        guard column.hasPrefix("serial_"), let value = Int(number),
            (1..<Self.givenNumbersMin).contains(value)
        else { return nil }
        let name = column.components(separatedBy: "__")[0]
        self.init(kind: name, value: number)
    }
}
