import Bytes

/// Writes a value in canonical form: two blanks for each level, what fits on a line of 100 columns
/// on one, and the rest as its form says.
struct LayoutWriter {
    static let columnsMax = 100
    /// Longer names stand out; the values behind others do not begin behind them.
    private static let alignedNameMax = 22

    private(set) var output: [UInt8] = []
    /// Characters of the line so far.
    private var column = 0

    /// The text of a file, with a line feed at its end.
    static func text(of value: LaidValue) -> [UInt8] {
        var writer = LayoutWriter()
        writer.write(value, indent: 0, isFollowed: false)
        return writer.output + [ASCII.lf]
    }

    /// - Parameter isFollowed: whether a comma comes behind it.
    private mutating func write(_ value: LaidValue, indent: Int, isFollowed: Bool) {
        if let line = value.line, fits(line, isFollowed) { return append(line) }
        switch value {
        case .leaf(let bytes): append(bytes)
        case .object(let members, let form):
            let width = form.isAligned ? Self.nameWidth(of: members) : 0
            let parts = members.map { key, value in
                let pad = max(0, width - key.characterCount)
                let blanks = [UInt8](repeating: ASCII.space, count: 1 + pad)
                return (key + [ASCII.colon] + blanks, value)
            }
            write(parts, between: (ASCII.leftBrace, ASCII.rightBrace), form, indent)
        case .array(let elements, let form):
            let parts = elements.map { ([UInt8](), $0) }
            write(parts, between: (ASCII.leftBracket, ASCII.rightBracket), form, indent)
        }
    }

    private mutating func write(
        _ parts: [(lead: [UInt8], value: LaidValue)], between brackets: (UInt8, UInt8),
        _ form: LaidValue.Form, _ indent: Int
    ) {
        append([brackets.0])
        var needsLine = true
        for (index, part) in parts.enumerated() {
            let isFollowed = index < parts.count - 1
            let line = part.value.line.map { part.lead + $0 }
            let blank = needsLine ? 0 : 1
            if needsLine || line == nil || !fits(line ?? [], isFollowed, after: blank) {
                breakLine(indent + 2)
            } else {
                append([ASCII.space])
            }
            append(part.lead)
            let before = output.count
            write(part.value, indent: indent + 2, isFollowed: isFollowed)
            if isFollowed { append([ASCII.comma]) }
            needsLine = form.isListed || output[before...].contains(ASCII.lf)
        }
        breakLine(indent)
        append([brackets.1])
    }

    /// What the names of usual length have at the most.
    private static func nameWidth(of members: [(key: [UInt8], value: LaidValue)]) -> Int {
        members.map(\.key.characterCount).filter { $0 <= alignedNameMax }.max() ?? 0
    }

    private func fits(_ line: [UInt8], _ isFollowed: Bool, after blank: Int = 0) -> Bool {
        column + blank + line.characterCount + (isFollowed ? 1 : 0) <= Self.columnsMax
    }

    private mutating func append(_ bytes: [UInt8]) {
        output += bytes
        column += bytes.characterCount
    }

    private mutating func breakLine(_ indent: Int) {
        output.append(ASCII.lf)
        output += [UInt8](repeating: ASCII.space, count: indent)
        column = indent
    }
}

extension LaidValue {
    /// The value on one line; nil where it has more however short it is.
    fileprivate var line: [UInt8]? {
        switch self {
        case .leaf(let bytes): return bytes
        case .object(let members, let form):
            if form.isOpen, !members.isEmpty { return nil }
            var parts: [[UInt8]] = []
            for (key, value) in members {
                guard let line = value.line else { return nil }
                parts.append(key + [ASCII.colon, ASCII.space] + line)
            }
            return Self.joined(parts, between: (ASCII.leftBrace, ASCII.rightBrace))
        case .array(let elements, let form):
            if form.isOpen, !elements.isEmpty { return nil }
            var parts: [[UInt8]] = []
            for element in elements {
                guard let line = element.line else { return nil }
                parts.append(line)
            }
            return Self.joined(parts, between: (ASCII.leftBracket, ASCII.rightBracket))
        }
    }

    private static func joined(_ parts: [[UInt8]], between brackets: (UInt8, UInt8)) -> [UInt8] {
        [brackets.0] + parts.joined(separator: [ASCII.comma, ASCII.space]) + [brackets.1]
    }
}

extension [UInt8] {
    /// Of a text in UTF-8.
    fileprivate var characterCount: Int { count { $0 & 0xC0 != 0x80 } }
}
