/// One value as the store holds it, without its column's type.
///
/// Equality and hashing look at bytes: two texts that Unicode calls equivalent but that are spelled
/// with different code points are two values, as they are for the engines.
public enum Value: Sendable {
    /// SQL NULL. Equal to itself here, as a Swift value; SQL's three-valued logic lives above.
    case null
    /// A 64-bit integer; also booleans (0 and 1) and decimals (scaled by ten to their scale).
    case integer(Int64)
    /// A double. Never NaN, which not every engine can store: conversions refuse it.
    case real(Double)
    /// UTF-8 text; also UUIDs, dates and times in their normal form, and canonical JSON.
    case text(String)
    /// Raw bytes.
    case blob([UInt8])

    /// Whether this is SQL NULL.
    public var isNull: Bool {
        if case .null = self { return true }
        return false
    }

    /// The text of `string`, or NULL when there is none.
    public init(_ string: String?) {
        if let string { self = .text(string) } else { self = .null }
    }

    /// The truth value as the store writes it: 1 or 0.
    public init(_ bool: Bool) {
        self = .integer(bool ? 1 : 0)
    }
}

extension Value: Hashable {
    /// Whether both hold the same kind and the same bytes. `integer(1)` is not `real(1)`.
    public static func == (left: Value, right: Value) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.integer(let a), .integer(let b)): a == b
        case (.real(let a), .real(let b)): a == b || (a.isNaN && b.isNaN)
        case (.text(let a), .text(let b)): a.hasSameBytes(as: b)
        case (.blob(let a), .blob(let b)): a == b
        case (.null, _), (.integer, _), (.real, _), (.text, _), (.blob, _): false
        }
    }

    /// Hashes the kind and the bytes.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .integer(let value):
            hasher.combine(1)
            hasher.combine(value)
        case .real(let value):
            hasher.combine(2)
            hasher.combine(value.isNaN ? Double.nan.bitPattern : (value + 0).bitPattern)
        case .text(let value):
            hasher.combine(3)
            value.hashBytes(into: &hasher)
        case .blob(let value):
            hasher.combine(4)
            hasher.combine(value)
        }
    }
}

extension Value: ExpressibleByStringLiteral {
    /// Text written in the source.
    public init(stringLiteral value: String) { self = .text(value) }
}

extension String {
    /// Whether both strings are the same UTF-8 bytes. Swift's `==` compares canonical equivalence.
    @inline(always) public func hasSameBytes(as other: String) -> Bool {
        let left = utf8Span.span
        let right = other.utf8Span.span
        guard left.count == right.count else { return false }
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }

    /// Feeds the UTF-8 bytes to `hasher`, so that equal bytes give equal hashes.
    public func hashBytes(into hasher: inout Hasher) {
        unsafe utf8Span.span.withUnsafeBytes { bytes in unsafe hasher.combine(bytes: bytes) }
    }
}
