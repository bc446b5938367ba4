public import Diagnostics

/// The arithmetic of the rule language. It means the same wherever it is done: what does not fit
/// the result's type is refused (22003), and nothing is rounded but reals.
public enum Arithmetic: String, Hashable, Sendable, CaseIterable {
    case add, subtract, multiply

    /// How it is written.
    public var sign: String {
        switch self {
        case .add: "+"
        case .subtract: "-"
        case .multiply: "*"
        }
    }

    /// Of whole numbers of 64 bits.
    public func whole(_ left: Int64, _ right: Int64) throws(Problem) -> Int64 {
        let (number, isTooLarge) =
            switch self {
            case .add: left.addingReportingOverflow(right)
            case .subtract: left.subtractingReportingOverflow(right)
            case .multiply: left.multipliedReportingOverflow(by: right)
            }
        if isTooLarge { throw .bigintOutOfRange }
        return number
    }

    /// Of decimals as they are kept, as whole numbers: sums of those of one scale, or a product,
    /// which has the digits of both behind its point.
    public func decimal(_ left: Int64, _ right: Int64) throws(Problem) -> Int64 {
        let number = try whole(left, right)
        guard number.magnitude < powerOfTen(ColumnType.decimalPrecisionMax).magnitude else {
            throw .bigintOutOfRange
        }
        return number
    }

    /// Of reals: what becomes infinite or vanishes is refused, as PostgreSQL does; nil for what is
    /// no number.
    public func real(_ left: Double, _ right: Double) throws(Problem) -> Double? {
        let number =
            switch self {
            case .add: left + right
            case .subtract: left - right
            // Zero has no sign.
            case .multiply: left * right + 0
            }
        if number.isNaN { return nil }
        let isInfinite = number.isInfinite && left.isFinite && right.isFinite
        let hasVanished = self == .multiply && number == 0 && left != 0 && right != 0
        if isInfinite || hasVanished { throw .bigintOutOfRange }
        return number
    }
}

extension ColumnType {
    /// Exact numbers with so many digits behind their points.
    public static func exact(scale: Int) -> ColumnType {
        scale == 0 ? .integer : .decimal(precision: decimalPrecisionMax, scale: scale)
    }
}

extension ColumnType {
    /// Refuses a computed number that the type does not hold, as PostgreSQL does when it keeps one.
    ///
    /// - Throws: 22003.
    public func requireRoom(for value: Value) throws(Problem) {
        guard case .integer(let number) = value else { return }
        if case .integer32 = self, Int32(exactly: number) == nil { throw .integerOutOfRange }
        if case .decimal(let precision, let scale) = self,
            String(number.magnitude).utf8.count > precision
        {
            throw .numericOverflow(precision: precision, scale: scale)
        }
    }
}
