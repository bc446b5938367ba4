import Bytes

/// What a statement did (the tag of CommandComplete).
///
/// It is no commit: that happens at Sync, and deferred constraints may still fail there.
public struct CommandTag: Hashable, Sendable {
    /// The commands whose tags the engine looks at.
    public enum Command: String, CaseIterable, Sendable {
        case select = "SELECT"
        case insert = "INSERT"
        case update = "UPDATE"
        case delete = "DELETE"
        case merge = "MERGE"
        case copy = "COPY"
        case fetch = "FETCH"
        case move = "MOVE"
        case begin = "BEGIN"
        case commit = "COMMIT"
        /// Also what COMMIT answers in a transaction that has failed: no error tells of it.
        case rollback = "ROLLBACK"
        /// Any other, such as `CREATE TABLE`.
        case other = ""
        /// There was no statement in the text.
        case none = "-"
    }

    /// The first word.
    public let command: Command
    /// The last number, where there is one: rows returned, written or copied. Of a portal read in
    /// parts, those of its last part.
    public let rowCount: Int?

    static let empty = CommandTag(command: .none, rowCount: nil)

    init(command: Command, rowCount: Int?) {
        self.command = command
        self.rowCount = rowCount
    }

    /// Reads `SELECT 3`, `INSERT 0 1`, `CREATE TABLE`: the body of CommandComplete with its NUL.
    init(parsing body: Span<UInt8>) throws(WireFault) {
        var reader = BodyReader(body, of: .commandComplete)
        let text = body.extracting(try reader.string())
        try reader.end()
        var wordEnd = 0
        while wordEnd < text.count, text[wordEnd] != ASCII.space { wordEnd += 1 }
        command = Self.command(text.extracting(first: wordEnd))
        rowCount = Self.number(text)
    }

    private static func command(_ word: Span<UInt8>) -> Command {
        for (name, command) in names where ASCII.equal(word, name) { return command }
        return .other
    }

    /// The number behind the last blank.
    private static func number(_ text: Span<UInt8>) -> Int? {
        var number = 0
        var scale = 1
        var index = text.count - 1
        while index >= 0, ASCII.isDigit(text[index]) {
            let digit = Int(text[index] &- ASCII.zero)
            let (part, isTooLarge) = digit.multipliedReportingOverflow(by: scale)
            let (sum, overflows) = number.addingReportingOverflow(part)
            if isTooLarge || overflows { return nil }
            number = sum
            scale = scale.multipliedReportingOverflow(by: 10).partialValue
            index -= 1
        }
        guard index >= 0, index < text.count - 1, text[index] == ASCII.space else { return nil }
        return number
    }

    private static let names: [(StaticString, Command)] = [
        ("SELECT", .select), ("INSERT", .insert), ("UPDATE", .update), ("DELETE", .delete),
        ("MERGE", .merge), ("COPY", .copy), ("FETCH", .fetch), ("MOVE", .move), ("BEGIN", .begin),
        ("COMMIT", .commit), ("ROLLBACK", .rollback),
    ]
}
