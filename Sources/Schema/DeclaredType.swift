import Bytes
import Values

/// A column's type as a model file says it: of a column that is declared, or of one that is in a
/// database, where only its storage and the condition that the type puts on its values are kept.
struct DeclaredType: Hashable {
    let type: ColumnType
    /// Whether a JSON column holds objects or arrays; nil for any value, and for other columns.
    let shape: JSONType?

    private init(_ type: ColumnType, shape: JSONType? = nil) {
        self.type = type
        self.shape = shape
    }

    init(_ column: Column) {
        let first = column.jsonRule?.types.first
        self.init(
            column.type,
            shape: first.flatMap { Self.shapes.contains($0) && column.type == .json ? $0 : nil })
    }

    private static let shapes: [JSONType?] = [.object, .array]

    /// The type of a column in a database; nil when its storage is none of ours.
    ///
    /// - Parameter checks: the conditions on the table that are not declared now.
    init?(_ stored: TableStructure.Column, checks: Set<String>) {
        guard let storage = ColumnTraits.Storage(rawValue: stored.type) else { return nil }
        let candidates = ColumnType.families.filter { $0.traits.storage == storage }.flatMap {
            type in
            type == .json
                ? (Self.shapes + [nil]).map { DeclaredType(type, shape: $0) }
                : [DeclaredType(type)]
        }
        let name = DDL.quoted(stored.name)
        let known = candidates.first { candidate in
            guard let condition = candidate.condition(on: name) else { return false }
            let normal = TableParser.condition(SQLLexer.tokens(of: condition)[...])
            return checks.contains { $0 == normal || $0.hasPrefix(normal + " and ") }
        }
        if let known = known ?? (storage == .integer ? Self.decimal(stored.name, checks) : nil) {
            self = known
        } else {
            let plain = candidates.first { $0.condition(on: name) == nil }
            guard let plain else { return nil }
            self = plain
        }
    }

    /// The condition that the type puts on values, as SQL; nil for types that are as SQLite's.
    ///
    /// - Parameter name: the column's, quoted.
    func condition(on name: String) -> String? {
        switch type.traits.form {
        case .any: nil
        case .glob(let pattern): "\(name) GLOB '\(pattern)'"
        case .between(let low, let high): "\(name) BETWEEN \(low) AND \(high)"
        case .oneOf(let values): "\(name) IN (\(values.map(String.init).joined(separator: ", ")))"
        case .json: "\(name) GLOB \(pattern)"
        case .digits: digitsCondition(on: name)
        }
    }

    private func digitsCondition(on name: String) -> String? {
        guard case .decimal(let precision, let scale) = type else { return nil }
        return "abs(\(name)) < \(Self.power(precision - scale)) * \(Self.power(scale))"
    }

    /// How the text of the column's JSON begins and ends. SQLite 3.40 (Debian 12) marks its JSON
    /// functions unsafe for schemas that are not trusted, so `json_valid` cannot stand in a check;
    /// every value is made by the server's own JSON writer anyhow.
    private var pattern: String {
        switch shape {
        case .object: "'{*}'"
        case .array: "'[[]*]'"
        case .string, .integer, .number, .boolean, .null, nil: #"'[[{"0-9tfn-]*'"#
        }
    }

    /// Ten to `exponent`, as digits.
    private static func power(_ exponent: Int) -> String {
        "1" + String(repeating: "0", count: exponent)
    }

    /// A decimal's condition spells its precision and scale as powers of ten.
    private static func decimal(_ name: String, _ checks: Set<String>) -> DeclaredType? {
        let start = "abs ( \(name) ) < "
        for check in checks where check.hasPrefix(start) {
            let words = check.dropFirst(start.count).split(separator: " ")
            guard words.count >= 3, words[1] == "*" else { continue }
            let scale = words[2].count - 1
            return DeclaredType(.decimal(precision: words[0].count - 1 + scale, scale: scale))
        }
        return nil
    }

    /// In the words of a model file: `boolean`, `string (uuid)`.
    var wording: String {
        let traits = type.traits
        guard let word = traits.word else { return shape?.rawValue ?? "any JSON value" }
        var formats = traits.isWithoutFormat ? [] : Array(traits.formats.prefix(1))
        if case .decimal(let precision, let scale) = type {
            formats.append("precision \(precision), scale \(scale)")
        }
        let suffix = formats.isEmpty ? "" : " (\(formats.joined(separator: ", ")))"
        return word.rawValue + suffix
    }

    /// A default as a model file writes it, of the tokens of an SQL literal; `none` without one.
    func wording(ofDefault literal: String?) -> String {
        guard let literal else { return "none" }
        guard let value = Value(sqlLiteral: literal) else { return literal }
        var json: [UInt8] = []
        type.appendJSON(value, to: &json)
        return String(utf8: json)
    }
}
