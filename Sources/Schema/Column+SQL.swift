import Bytes
import Database
import Values

extension Column {
    /// The conditions, as SQL, that the column's type and constraints put on its values. They spell
    /// the type out, so that a change of type shows as a change of the table even where SQLite
    /// stores both types alike.
    var sqlConditions: [String] {
        let name = DDL.quoted(self.name)
        let shape = constraints.json?.types.first
        var conditions = [TypeCondition.text(type, shape, of: name)].compactMap { $0 }
        if let enumeration, type != .json {
            let values = enumeration.map(\.sqlLiteral).joined(separator: ", ")
            conditions.append("\(name) IN (\(values))")
        }
        conditions += lengthConditions(
            "length(\(name))", constraints.minLength, constraints.maxLength)
        conditions += rangeConditions(name)
        return conditions
    }

    /// All conditions as one, in the form in which tables are compared; nil without any.
    var checkCondition: String? {
        let conditions = sqlConditions
        if conditions.isEmpty { return nil }
        return TableParser.condition(
            SQLLexer.tokens(of: conditions.joined(separator: " AND "))[...])
    }

    private func lengthConditions(_ length: String, _ min: Int?, _ max: Int?) -> [String] {
        switch (min, max) {
        case (nil, nil): []
        case (let min?, nil): ["\(length) >= \(min)"]
        case (nil, let max?): ["\(length) <= \(max)"]
        case (let min?, let max?) where min == max: ["\(length) = \(min)"]
        case (let min?, let max?): ["\(length) BETWEEN \(min) AND \(max)"]
        }
    }

    private func rangeConditions(_ name: String) -> [String] {
        var conditions: [String] = []
        func add(_ comparison: String, _ bound: Value?) {
            if let bound { conditions.append("\(name) \(comparison) \(bound.sqlLiteral)") }
        }
        add(">=", constraints.minimum)
        add("<=", constraints.maximum)
        add(">", constraints.exclusiveMinimum)
        add("<", constraints.exclusiveMaximum)
        // `%` would cut a REAL down to an integer first, so those are left to the server.
        if case .integer(let step)? = constraints.multipleOf {
            conditions.append("\(name) % \(step) = 0")
        }
        return conditions
    }
}

/// The condition that a column's type puts on its values.
enum TypeCondition {
    /// The condition as SQL; nil for types that are as SQLite's.
    ///
    /// - Parameters:
    ///   - shape: the first type that a JSON column's values may have.
    ///   - name: the column's, quoted.
    static func text(
        _ type: ColumnType, _ shape: JSONRule.TypeName?, of name: String
    ) -> String? {
        switch type {
        case .text, .integer, .real, .bytes: nil
        case .uuid: "\(name) GLOB '????????-????-????-????-????????????'"
        case .timestamp: "\(name) GLOB '????-??-??T??:??:??*+00:00'"
        case .date: "\(name) GLOB '????-??-??'"
        case .time: "\(name) GLOB '??:??:??*'"
        case .boolean: "\(name) IN (0, 1)"
        case .integer32: "\(name) BETWEEN \(Int32.min) AND \(Int32.max)"
        case .json: "\(name) GLOB \(pattern(of: shape))"
        case .decimal(let precision, let scale):
            "abs(\(name)) < \(power(precision - scale)) * \(power(scale))"
        }
    }

    /// How the text of the column's JSON begins and ends. SQLite 3.40 (Debian 12) marks its JSON
    /// functions unsafe for schemas that are not trusted, so `json_valid` cannot stand in a check;
    /// every value is made by the server's own JSON writer anyhow.
    private static func pattern(of shape: JSONRule.TypeName?) -> String {
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
}

extension Value {
    /// The value as an SQL literal.
    var sqlLiteral: String {
        switch self {
        case .null: return "NULL"
        case .integer(let number): return String(number)
        case .text(let text): return Dialect.sqlite.quoted(literal: text)
        case .blob(let bytes):
            var hex: [UInt8] = []
            hex.append(hex: bytes)
            return "X'\(String(utf8: hex))'"
        case .real(let number):
            if number.isInfinite { return number < 0 ? "-9e999" : "9e999" }
            return "\(number)"
        }
    }

    /// The value of an SQL literal, given as its tokens; nil for other expressions.
    init?(sqlLiteral text: String) {
        if text.hasPrefix("'"), text.hasSuffix("'"), text.utf8.count > 1 {
            self = .text(String(text.dropFirst().dropLast()).replacing("''", with: "'"))
            return
        }
        if text.hasPrefix("x'") || text.hasPrefix("X'") {
            guard let bytes = Hex.decode(text.utf8.dropFirst(2).dropLast()) else { return nil }
            self = .blob(bytes)
            return
        }
        let number = text.replacing(" ", with: "")
        if let integer = Int64(number) {
            self = .integer(integer)
        } else if let real = Double(number) {
            self = .real(real)
        } else {
            return nil
        }
    }
}
