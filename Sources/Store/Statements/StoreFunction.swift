public import Values

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
    /// The value behind the first condition that is true, else the last operand.
    case firstTrue

    // Numbers
    case absolute
    /// A real to a whole one, half to even.
    case roundReal
    /// A decimal to so many digits behind the point, half away from zero.
    case roundDecimal(to: Int)
    /// An exact number as a real.
    case real
    /// An exact number rounded down, or up, to so many digits fewer.
    case floor(digits: Int)
    case ceiling(digits: Int)
    /// An exact number with so many digits more behind its point, which are zeros.
    case finer(digits: Int)
    /// Of reals; or of exact numbers, whose result has that scale.
    case arithmetic(Arithmetic, scale: Int?)

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
        case .length: .integer
        case .roundDecimal(let digits): .exact(scale: digits)
        case .arithmetic(_, let scale): scale.map(ColumnType.exact) ?? .real
        case .finer(let digits):
            (operands.first?.type?.exactScale).map { .exact(scale: $0 + digits) }
        case .firstTrue:
            Self.firstType(
                of: operands.indices.filter { $0 % 2 == 1 || $0 == operands.count - 1 }
                    .map { operands[$0] })
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

    /// Whether it is refused for some numbers, as it does not fit.
    var mayOverflow: Bool {
        switch self {
        case .arithmetic, .finer, .absolute: true
        case .lower, .upper, .length, .trim, .startsWith, .concatenate, .coalesce, .nullIf,
            .greatest, .least, .firstTrue, .roundReal, .roundDecimal, .real, .floor, .ceiling,
            .jsonMember, .jsonMemberText, .jsonKey, .textOfInteger, .textOfBoolean,
            .booleanOfText, .textAsStored, .uuidOfText, .dateOfTimestamp, .timestampOfDate:
            false
        }
    }

    /// How its operands nest in an engine's text; see ``ExpressionDepth``.
    var nesting: ExpressionDepth.Nesting { self == .concatenate ? .operation : .call }
}

extension ColumnType {
    /// The exact type with so many digits behind the point fewer.
    fileprivate func coarser(by digits: Int) -> ColumnType {
        .exact(scale: max((exactScale ?? 0) - digits, 0))
    }
}
