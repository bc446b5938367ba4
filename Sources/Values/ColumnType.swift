/// The type of a model's column: how its values are written by clients, stored, compared and sent
/// back.
///
/// Conversions speak PostgreSQL's words, because those are what the SDKs' users know.
public enum ColumnType: Hashable, Sendable {
    /// Text of any length, without NUL.
    case text
    /// A UUID, stored as lower-case text with dashes.
    case uuid
    /// A moment, stored as UTC text in PostgreSQL's form (`2026-11-21T10:15:00.5+00:00`), years 1
    /// to 9999.
    case timestamp
    /// A calendar day, stored as `2026-11-21`, years 1 to 9999.
    case date
    /// A time of day, stored as `10:15:00.5`.
    case time
    /// An exact decimal, stored as an INTEGER scaled by ten to `scale`. `precision` is at most 18.
    case decimal(precision: Int, scale: Int)
    /// A 64-bit integer.
    case integer
    /// A 32-bit integer.
    case integer32
    /// A double. Infinities are kept; NaN is refused, since not every engine can store it.
    case real
    /// A truth value, stored as 0 or 1.
    case boolean
    /// Any JSON value, stored as canonical text.
    case json
    /// Bytes, written `\x…` in hexadecimal.
    case bytes

    /// The name that clients are told in a feed's column list.
    public var wireName: String { traits.wireName }

    /// The name that PostgreSQL uses in its messages.
    public var formalName: String { traits.formalName }

    /// The most digits that `decimal` can hold: ten to the 18th still fits 64 bits.
    public static let decimalPrecisionMax = 18

    /// The power of ten by which a number of this type is scaled; nil when it is not exact.
    public var exactScale: Int? {
        if case .decimal(_, let scale) = self { return scale }
        return traits.literal == .integer ? 0 : nil
    }

    /// Whether it is a type of numbers.
    public var isNumber: Bool { exactScale != nil || self == .real }
}
