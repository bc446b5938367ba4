import Bytes
import Diagnostics
package import Values

/// The words that bound a text, its bytes or a number, wherever they stand: at a column or at any
/// depth of a JSON value. Null keeps every bound.
package struct Bounds: Sendable {
    /// How many code points, or bytes of a `byte` column.
    package internal(set) var length = CountRange()
    /// What must match somewhere in a text.
    package internal(set) var pattern: Pattern?
    /// The bounds of numbers, values of the bounded type, in the order of their words.
    package internal(set) var numbers: [(word: NumberBound, value: Value)] = []

    /// Whether nothing is bounded.
    var isEmpty: Bool { length.isEmpty && pattern == nil && numbers.isEmpty }

    /// Whether a text, or a number, keeps them all.
    package func allow(_ value: Value) -> Bool { fault(in: value, of: .real) == nil }

    /// The first thing wrong with a value of `type`, such as `must be at least 1`; nil when it
    /// keeps them all.
    func fault(in value: Value, of type: ColumnType) -> String? {
        switch value {
        case .null: nil
        case .integer, .real: fault(inNumber: value, of: type)
        case .text(let text): fault(in: text)
        case .blob(let bytes): length.isEmpty ? nil : length.fault(bytes.count, "byte")
        }
    }

    private func fault(inNumber number: Value, of type: ColumnType) -> String? {
        let broken = numbers.first { !$0.word.allows(number, bound: $0.value) }
        return broken.map { "must be \($0.word.wording) \(type.text(of: $0.value) ?? "")" }
    }

    private func fault(in text: String) -> String? {
        if !length.isEmpty, let fault = length.fault(text.unicodeScalars.count, "character") {
            return fault
        }
        guard let pattern, !pattern.matches(text) else { return nil }
        return "does not match the pattern \(pattern.source)"
    }
}

/// How many characters, members or elements there may be.
package struct CountRange: Sendable {
    package internal(set) var min: Int?
    package internal(set) var max: Int?

    package var isEmpty: Bool { min == nil && max == nil }

    /// What is wrong with `count` things that are each a `noun`, nil when it is in range.
    func fault(_ count: Int, _ noun: String) -> String? {
        if let min, count < min { return "must have at least \(counted(min, noun))" }
        if let max, count > max { return "must have at most \(counted(max, noun))" }
        return nil
    }
}

/// A word that bounds numbers.
package enum NumberBound: String, CaseIterable, Sendable {
    case minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf

    /// What stands between `must be` and the bound.
    package var wording: String {
        switch self {
        case .minimum: "at least"
        case .maximum: "at most"
        case .exclusiveMinimum: "larger than"
        case .exclusiveMaximum: "smaller than"
        case .multipleOf: "a multiple of"
        }
    }

    /// What the editor's hover text says.
    var description: String {
        switch self {
        case .minimum: "The smallest value."
        case .maximum: "The largest value."
        case .exclusiveMinimum: "What all values exceed."
        case .exclusiveMaximum: "What all values stay below."
        case .multipleOf: "What all values are multiples of."
        }
    }

    /// Whether a number keeps a bound.
    func allows(_ number: Value, bound: Value) -> Bool {
        switch self {
        case .minimum: !number.isLess(than: bound)
        case .maximum: !bound.isLess(than: number)
        case .exclusiveMinimum: bound.isLess(than: number)
        case .exclusiveMaximum: number.isLess(than: bound)
        case .multipleOf: number.isMultiple(of: bound)
        }
    }
}

extension Value {
    /// Whether a number is smaller than another; false for other values.
    func isLess(than other: Value) -> Bool { order(other).map { $0 < 0 } ?? false }

    /// Whether a number is a whole multiple of `step`: integers exactly, others as near as doubles
    /// can tell.
    func isMultiple(of step: Value) -> Bool {
        if case .integer(let number) = self, case .integer(let step) = step {
            return step > 0 && number % step == 0
        }
        guard let number = double, let step = step.double else { return false }
        let quotient = number / step
        let whole = quotient.rounded()
        return abs(quotient - whole) <= abs(whole) * .ulpOfOne * 4
    }

    private var double: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .real(let number): number
        case .null, .text, .blob: nil
        }
    }
}
