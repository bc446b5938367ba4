import Bytes
import Schema
import Values

/// A value of a column that its type and bounds allow.
enum ExampleValue {
    /// The first candidate that the column takes; the first one where it takes none of them.
    static func of(_ column: Column) -> Value {
        let candidates = candidates(column)
        return candidates.first { (try? column.check($0)) != nil } ?? candidates.first ?? .null
    }

    private static func candidates(_ column: Column) -> [Value] {
        if let enumeration = column.enumeration { return enumeration }
        let type = column.type
        return switch type {
        case .text: ExampleText.candidates(column.bounds, called: column.name).map(Value.text)
        case .uuid: [.text(uuid)]
        case .timestamp: [.text("2026-01-31T12:00:00+00:00")]
        case .date: [.text("2026-01-31")]
        case .time: [.text("12:00:00")]
        case .integer, .integer32, .real, .decimal:
            numbers(column.bounds, unit: (try? type.parse("1")) ?? .integer(1))
        case .boolean: [Value(true)]
        case .json: json(column)
        case .bytes: bytes(column.bounds)
        }
    }

    /// The one that stands for every row's.
    static let uuid = "00000000-0000-4000-8000-000000000001"

    private static func json(_ column: Column) -> [Value] {
        var texts: [String] = []
        if case .constant(.text(let text))? = column.default { texts.append(text) }
        if let rule = column.jsonRule {
            texts += [false, true].map { String(utf8: ExampleShape.value(rule, isFull: $0).bytes) }
        }
        return (texts + ["{}", "[]", "1"]).compactMap { try? column.type.parse($0) }
    }

    private static func bytes(_ bounds: Bounds) -> [Value] {
        let sizes = [5, bounds.length.min, bounds.length.max].compactMap(\.self)
        return sizes.map { size in
            .blob((0..<min(size, sizeMax)).map { Array("apus!".utf8)[$0 % 5] })
        }
    }

    /// The longest text or byte string that a page shows.
    private static let sizeMax = 4_000

    // MARK: Numbers

    /// One, none, and what lies at the bounds.
    private static func numbers(_ bounds: Bounds, unit: Value) -> [Value] {
        var found = [unit]
        var step: Value?
        for (word, value) in bounds.numbers {
            switch word {
            case .minimum, .maximum: found.append(value)
            case .exclusiveMinimum: found += moved(value, by: unit, up: true)
            case .exclusiveMaximum: found += moved(value, by: unit, up: false)
            case .multipleOf:
                step = value
                found.append(value)
            }
        }
        if let step { found += found.flatMap { multiples(of: step, near: $0) } }
        switch unit {
        case .real: found.append(.real(0))
        case .integer, .text, .blob, .null: found.append(.integer(0))
        }
        return found
    }

    /// A number a whole unit, and the least that tells numbers apart, beside another one.
    private static func moved(_ value: Value, by unit: Value, up: Bool) -> [Value] {
        switch (value, unit) {
        case (.integer(let number), .integer(let unit)):
            [unit, 1].map { step in
                let (sum, _) = number.addingReportingOverflow(up ? step : -step)
                return .integer(sum)
            }
        case (.real(let number), _):
            [
                .real(up ? number + 1 : number - 1),
                .real(up ? number.nextUp : number.nextDown),
            ]
        case (.integer, _), (.text, _), (.blob, _), (.null, _): []
        }
    }

    private static func multiples(of step: Value, near value: Value) -> [Value] {
        switch (step, value) {
        case (.integer(let step), .integer(let number)) where step > 0:
            [Int64(0), 1].compactMap { more in
                let (product, overflow) = (number / step + more).multipliedReportingOverflow(
                    by: step)
                return overflow ? nil : .integer(product)
            }
        case (.real(let step), .real(let number)) where step > 0:
            [0, 1].map { .real(((number / step).rounded(.down) + $0) * step) }
        case (.integer, _), (.real, _), (.text, _), (.blob, _), (.null, _): []
        }
    }
}
