import Bytes

extension ColumnType {
    /// Whether two values of the type are the same one. Json values are compared by key.
    public func isSame(_ one: Value, _ other: Value) -> Bool {
        self == .json ? one.jsonKey == other.jsonKey : one == other
    }
}

extension Value {
    /// What a value of a json column is equal by: see ``String/init(jsonKey:)``.
    public var jsonKey: Value {
        if case .text(let json) = self { return .text(String(jsonKey: json)) }
        return self
    }

    /// SQL's `=` between values of agreed types; nil when either is null.
    @inline(always) public func equals(_ other: Value) -> Bool? {
        if case .text(let a) = self, case .text(let b) = other { return a.hasSameBytes(as: b) }
        if case .integer(let a) = self, case .integer(let b) = other { return a == b }
        return order(other).map { $0 == 0 }
    }

    /// Negative, zero or positive as this value sorts before, with or after `other`; nil when
    /// either is null. Text and bytes compare byte by byte, an integer and a real exactly.
    public func order(_ other: Value) -> Int? {
        guard let kind, let otherKind = other.kind else { return nil }
        guard kind == otherKind else { return kind - otherKind }
        switch self {
        case .null: return nil
        case .integer(let a):
            if case .integer(let b) = other { return a < b ? -1 : a > b ? 1 : 0 }
            if case .real(let b) = other { return Self.order(a, b) }
        case .real(let a):
            if case .real(let b) = other { return a < b ? -1 : a > b ? 1 : 0 }
            if case .integer(let b) = other { return -Self.order(b, a) }
        case .text(let a):
            if case .text(let b) = other { return a.byteOrder(b) }
        case .blob(let a):
            guard case .blob(let b) = other else { break }
            return a.elementsEqual(b) ? 0 : a.lexicographicallyPrecedes(b) ? -1 : 1
        }
        return 0
    }

    /// The order of kinds: numbers, texts, bytes. Nil for null.
    private var kind: Int? {
        switch self {
        case .null: nil
        case .integer, .real: 1
        case .text: 2
        case .blob: 3
        }
    }

    /// An integer against a real without rounding either.
    private static func order(_ integer: Int64, _ real: Double) -> Int {
        if real < -9_223_372_036_854_775_808.0 { return 1 }
        if real >= 9_223_372_036_854_775_808.0 { return -1 }
        let whole = Int64(real)
        if integer != whole { return integer < whole ? -1 : 1 }
        let rest = real - Double(whole)
        return rest > 0 ? -1 : rest < 0 ? 1 : 0
    }
}

extension String {
    /// The order of the UTF-8 bytes, as all engines are told to keep it.
    fileprivate func byteOrder(_ other: String) -> Int {
        let left = utf8Span.span
        let right = other.utf8Span.span
        for index in 0..<min(left.count, right.count) where left[index] != right[index] {
            return left[index] < right[index] ? -1 : 1
        }
        return left.count - right.count
    }
}
