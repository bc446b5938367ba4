import Values

/// The functions that statements may call: a closed list, of which every engine spells each. What a
/// function means is what the rule language says of it, in memory as in every engine.
public enum StoreFunction: Hashable, Sendable {
    // Text
    /// Case by Unicode's simple mapping, scalar by scalar.
    case lower, upper
    /// Code points.
    case length
    /// Without spaces at both ends.
    case trim
    case startsWith
    case concatenate

    // One of the operands
    case coalesce
    case nullIf
    /// NULL only if all operands are.
    case greatest, least

    // Numbers
    case absolute
    /// A real to a whole one, half to even.
    case roundReal
    /// A decimal to a whole number, half away from zero.
    case roundDecimal
    /// An exact number as a real.
    case real
    /// An exact number rounded down, or up, to so many digits fewer.
    case floor(digits: Int)
    case ceiling(digits: Int)

    // JSON
    /// `->`: a member as JSON; its second operand is a text key or a whole index.
    case jsonMember
    /// `->>`: a member as text.
    case jsonMemberText
    /// What JSON values are equal by.
    case jsonKey

    // Casts
    case textOfInteger, textOfBoolean, booleanOfText
    /// A text that is stored as text by another type, as that text.
    case textAsStored
    /// NULL for a text that spells none.
    case uuidOfText
    case dateOfTimestamp, timestampOfDate

    /// The type of what it gives for these operands; nil where none of them has one.
    func type(of operands: [ValueExpression]) -> ColumnType? {
        switch self {
        case .lower, .upper, .trim, .concatenate, .jsonMemberText, .textOfInteger, .textOfBoolean,
            .textAsStored:
            .text
        case .length, .roundDecimal: .integer
        case .startsWith, .booleanOfText: .boolean
        case .coalesce, .nullIf, .greatest, .least, .absolute: Self.firstType(of: operands)
        case .roundReal, .real: .real
        case .floor(let digits), .ceiling(let digits):
            operands.first?.type?.coarser(by: digits)
        case .jsonMember, .jsonKey: .json
        case .uuidOfText: .uuid
        case .dateOfTimestamp: .date
        case .timestampOfDate: .timestamp
        }
    }

    /// Asks each operand once: they nest.
    private static func firstType(of operands: [ValueExpression]) -> ColumnType? {
        for operand in operands {
            if let type = operand.type { return type }
        }
        return nil
    }

    /// How its operands nest in an engine's text; see ``ExpressionDepth``.
    var nesting: ExpressionDepth.Nesting { self == .concatenate ? .operation : .call }
}

extension ColumnType {
    /// The exact type with so many digits behind the point fewer.
    fileprivate func coarser(by digits: Int) -> ColumnType {
        let scale = (exactScale ?? 0) - digits
        return scale > 0
            ? .decimal(precision: Self.decimalPrecisionMax, scale: scale) : .integer
    }
}
