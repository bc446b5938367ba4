import Bytes
import Database
import Values

extension Column {
    /// The conditions, as SQL, that the column's type and constraints put on its values. They spell
    /// the type out, so that a change of type shows as a change of the table even where SQLite
    /// stores both types alike.
    var sqlConditions: [String] {
        let name = DDL.quoted(self.name)
        var conditions = typeConditions(name)
        if let enumeration, type != .json {
            let values = enumeration.map(Dialect.sqlite.literal).joined(separator: ", ")
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

    private func typeConditions(_ name: String) -> [String] {
        switch type {
        case .text, .integer, .real, .bytes: []
        case .uuid: ["\(name) GLOB '????????-????-????-????-????????????'"]
        case .timestamp: ["\(name) GLOB '????-??-??T??:??:??*+00:00'"]
        case .date: ["\(name) GLOB '????-??-??'"]
        case .time: ["\(name) GLOB '??:??:??*'"]
        case .boolean: ["\(name) IN (0, 1)"]
        case .integer32: ["\(name) BETWEEN \(Int32.min) AND \(Int32.max)"]
        case .json: ["\(name) GLOB \(jsonShape)"]
        case .decimal(let precision, let scale):
            ["abs(\(name)) < \(power(precision - scale)) * \(power(scale))"]
        }
    }

    /// How the text of the column's JSON begins and ends. SQLite 3.40 (Debian 12) marks its JSON
    /// functions unsafe for schemas that are not trusted, so `json_valid` cannot stand in a check;
    /// every value is made by the server's own JSON writer anyhow.
    private var jsonShape: String {
        switch constraints.json?.types.first {
        case .object: "'{*}'"
        case .array: "'[[]*]'"
        default: #"'[[{"0-9tfn-]*'"#
        }
    }

    /// Ten to `exponent`, as digits.
    private func power(_ exponent: Int) -> String { "1" + String(repeating: "0", count: exponent) }

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
            if let bound { conditions.append("\(name) \(comparison) \(Dialect.sqlite.literal(bound))") }
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
