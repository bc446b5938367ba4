import Bytes
import Store
import StoreSQLite
import Values

extension Column {
    /// The conditions, as SQL, that the column's type and constraints put on its values. They spell
    /// the type out, so that a change of type shows as a change of the table even where SQLite
    /// stores both types alike.
    var sqlConditions: [String] {
        let name = DDL.quoted(self.name)
        var conditions = [DeclaredType(self).condition(on: name)].compactMap { $0 }
        if let enumeration, type != .json {
            let values = enumeration.map { SQLiteDialect().literal($0, type) }.joined(
                separator: ", ")
            conditions.append("\(name) IN (\(values))")
        }
        conditions += lengthConditions("length(\(name))")
        conditions += bounds.numbers.compactMap { word, bound in
            word.condition(on: name, bound, literal: SQLiteDialect().literal(bound, type))
        }
        return conditions
    }

    /// All conditions as one, in the form in which tables are compared; nil without any.
    var checkCondition: String? {
        let conditions = sqlConditions
        if conditions.isEmpty { return nil }
        return TableParser.condition(
            SQLLexer.tokens(of: conditions.joined(separator: " AND "))[...])
    }

    private func lengthConditions(_ length: String) -> [String] {
        switch (bounds.length.min, bounds.length.max) {
        case (nil, nil): []
        case (let min?, nil): ["\(length) >= \(min)"]
        case (nil, let max?): ["\(length) <= \(max)"]
        case (let min?, let max?) where min == max: ["\(length) = \(min)"]
        case (let min?, let max?): ["\(length) BETWEEN \(min) AND \(max)"]
        }
    }
}

extension Value {
    /// The value of an SQL literal, given as its tokens; nil for other expressions.
    init?(sqlLiteral text: String) {
        if text.hasPrefix("'"), text.hasSuffix("'"), text.utf8.count > 1 {
            // Inside, a quote is written twice.
            var isFirstOfTwo = false
            let characters = text.dropFirst().dropLast().filter { character in
                isFirstOfTwo = character == "'" && !isFirstOfTwo
                return !isFirstOfTwo
            }
            self = .text(String(characters))
            return
        }
        if text.hasPrefix("x'") || text.hasPrefix("X'") {
            guard let bytes = Hex.decode(text.utf8.dropFirst(2).dropLast()) else { return nil }
            self = .blob(bytes)
            return
        }
        let number = text.filter { $0 != " " }
        if let integer = Int64(number) {
            self = .integer(integer)
        } else if let real = Double(number) {
            self = .real(real)
        } else {
            return nil
        }
    }
}
