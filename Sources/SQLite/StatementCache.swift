import Glibc

/// Prepared statements by their text. At its capacity, or where there are too many bytes of them,
/// it forgets those that were not used longest, until a quarter of its room is free.
struct StatementCache {
    private var statements: [StatementKey: Statement] = [:]
    /// Statements found a moment ago, by where their text lies in memory.
    private var recent = [Recent?](repeating: nil, count: Recent.count)
    private let capacity: Int
    private let bytesMax: Int
    private var bytes = 0
    private var clock: UInt64 = 0

    init(capacity: Int, bytesMax: Int) {
        self.capacity = max(capacity, 4)
        self.bytesMax = bytesMax
    }

    var count: Int { statements.count }

    /// The kept statement for `sql`, unless it is running.
    mutating func find(_ sql: String) -> Statement? {
        guard let statement = kept(sql), !statement.isRunning else { return nil }
        clock += 1
        statement.lastUse = clock
        return statement
    }

    private mutating func kept(_ sql: String) -> Statement? {
        guard let address = Recent.address(of: sql) else {
            return statements[StatementKey(text: sql)]
        }
        let place = Int(truncatingIfNeeded: address >> 4) & (Recent.count - 1)
        if let recent = recent[place], recent.address == address { return recent.statement }
        guard let statement = statements[StatementKey(text: sql)] else { return nil }
        recent[place] = Recent(text: sql, address: address, statement: statement)
        return statement
    }

    /// Keeps `statement`, unless one with this text is kept already, or it would take the place of
    /// many.
    mutating func keep(_ statement: Statement, for sql: String) {
        let key = StatementKey(text: sql)
        let size = statement.byteCount + sql.utf8.count
        guard statements[key] == nil, size <= bytesMax / 8 else { return }
        if statements.count >= capacity || bytes + size > bytesMax { forgetOldest() }
        clock += 1
        statement.lastUse = clock
        statement.keptBytes = size
        bytes += size
        statements[key] = statement
    }

    mutating func removeAll() {
        statements.removeAll()
        bytes = 0
        forgetRecent()
    }

    private mutating func forgetRecent() {
        for place in recent.indices { recent[place] = nil }
    }

    private mutating func forgetOldest() {
        let (countMax, bytesMax) = (capacity - capacity / 4, bytesMax - bytesMax / 4)
        for (key, statement) in statements.sorted(by: { $0.value.lastUse < $1.value.lastUse }) {
            if statements.count < countMax, bytes < bytesMax { break }
            statements[key] = nil
            bytes -= statement.keptBytes
        }
        forgetRecent()
    }
}

/// A statement and the place of its text. The text of a kept plan is the same string with every
/// run, and so need not be hashed to be known again.
private struct Recent {
    /// A power of two.
    static let count = 64

    /// Held so that no other text can come to lie there.
    let text: String
    let address: UInt
    let statement: Statement

    /// Where the bytes of a text lie; nil for short ones, which have no place of their own.
    static func address(of text: String) -> UInt? {
        let span = text.utf8Span.span
        if span.count < 16 { return nil }
        return unsafe span.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
    }
}

/// SQL text compared byte by byte: Swift's own equality would mistake two literals for one that
/// differ only in Unicode normalisation.
private struct StatementKey: Hashable {
    let text: String

    static func == (left: StatementKey, right: StatementKey) -> Bool {
        let left = left.text.utf8Span.span
        let right = right.text.utf8Span.span
        return unsafe left.withUnsafeBytes { left in
            unsafe right.withUnsafeBytes { right in
                guard left.count == right.count else { return false }
                guard let first = left.baseAddress, let second = right.baseAddress else {
                    return true
                }
                return unsafe memcmp(first, second, left.count) == 0
            }
        }
    }

    func hash(into hasher: inout Hasher) {
        unsafe text.utf8Span.span.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
}
