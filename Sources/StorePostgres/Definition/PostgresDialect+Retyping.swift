import Store
import Values

// A column of another type: what its values are in that, and nothing rounded or cut off.
extension PostgresDialect {
    /// Gives a column another type, with the default and the check that go with it.
    func retype(
        _ column: Int, from former: DeclaredType?,
        _ alterations: [(place: Int, alteration: TableAlteration)], _ change: TableChange
    ) -> AlterationStep {
        let table = change.table
        let definition = table.columns[column]
        let (name, rows) = (quoted(identifier: definition.name), self.table(table.name))
        let conversion = TypeConversion(of: name, former?.type, definition.type.type)
        var statements = [conversion.test].compactMap(\.self).map {
            rowsNotConverting(
                column, of: table, from: former, in: rows, having: change.columnsBefore, unless: $0)
        }
        statements += rowsMerging(column, conversion, change)
        statements += numbersGone(from: definition, change)
        var (actions, checks): ([String], [String]) = ([], [])
        let keys = table.primaryKey.columns.filter { $0 != column }.map {
            quoted(identifier: table.columns[$0].name)
        }
        let converted = (keys + ["\(conversion.triedValue ?? name) AS \(name)"])
            .joined(separator: ", ")
        for (_, alteration) in alterations {
            guard case .condition(_, let gone) = alteration else { continue }
            let found = "(SELECT \(converted) FROM \(rows)) AS rows"
            statements += [obstacles(to: alteration, in: table, rows: found)].compactMap(\.self)
            actions += gone.compactMap { change.old.constraintNames.checks[$0] }.sorted().map {
                "DROP CONSTRAINT \(quoted(identifier: $0))"
            }
            checks += [condition(of: definition)].compactMap(\.self).map {
                "ADD CONSTRAINT \(quoted(identifier: definition.checkName)) CHECK (\($0))"
            }
        }
        actions += typeActions(
            definition, conversion, change.old.column(definition.name.lowercased()))
        actions += checks
        if !actions.isEmpty {
            statements.append(
                ChangeStatement("ALTER TABLE \(rows) \(actions.joined(separator: ", "))"))
        }
        return AlterationStep(alterations.map(\.place), statements)
    }

    /// The rows that would share a key with the values converted.
    private func rowsMerging(
        _ column: Int, _ conversion: TypeConversion, _ change: TableChange
    ) -> [ChangeStatement] {
        guard let value = conversion.triedValue else { return [] }
        let table = change.table
        let known = change.columnsBefore
        let list = table.columns.enumerated().compactMap { place, other -> String? in
            let name = quoted(identifier: other.name)
            if place == column { return "\(value) AS \(name)" }
            return known.contains(other.name.lowercased()) ? name : nil
        }
        let rows = "(SELECT \(list.joined(separator: ", ")) FROM \(self.table(table.name))) AS rows"
        return rowsMerging(in: column, of: table, having: known, rows: rows)
    }

    /// The sequence of a column's numbers would have to be of its type.
    private func numbersGone(
        from column: TableDefinition.Column, _ change: TableChange
    ) -> [ChangeStatement] {
        let rest = change.old.column(column.name.lowercased())?.rest ?? []
        let numbers = [ColumnAttribute.numbers, ColumnAttribute.numbersAlways]
        if column.isIdentity || Set(rest).isDisjoint(with: numbers) { return [] }
        return [
            ChangeStatement(
                "ALTER TABLE \(table(change.table.name)) ALTER COLUMN "
                    + "\(quoted(identifier: column.name)) DROP IDENTITY IF EXISTS")
        ]
    }

    /// The default is of the former type, and in the way.
    private func typeActions(
        _ definition: TableDefinition.Column, _ conversion: TypeConversion,
        _ old: TableStructure.Column?
    ) -> [String] {
        let alter = "ALTER COLUMN \(quoted(identifier: definition.name))"
        var actions: [String] = []
        if old?.defaultValue != nil { actions.append("\(alter) DROP DEFAULT") }
        if let value = conversion.value {
            actions.append("\(alter) TYPE \(columnType(definition.type)) USING \(value)")
        }
        if let value = definition.defaultValue {
            actions.append("\(alter) SET DEFAULT \(literal(value, definition.type.type))")
        }
        return actions
    }

    /// Takes from a column what no definition has, or gives it numbers of its own.
    func unset(
        _ column: Int, _ was: [String], _ place: Int, _ change: TableChange
    ) -> AlterationStep {
        let definition = change.table.columns[column]
        let alter = "ALTER COLUMN \(quoted(identifier: definition.name))"
        var actions: [String] = []
        let hadNumbers = was.contains(ColumnAttribute.numbers)
        // They may have gone with the type.
        let noNumbers = "DROP IDENTITY IF EXISTS"
        if was.contains(ColumnAttribute.numbersAlways) {
            actions.append(
                "\(alter) \(definition.isIdentity ? "SET GENERATED BY DEFAULT" : noNumbers)")
        } else if hadNumbers != definition.isIdentity {
            actions.append("\(alter) \(hadNumbers ? noNumbers : "ADD\(identity)")")
        }
        if was.contains(where: { $0.hasPrefix(ColumnAttribute.collation) }) {
            actions.append("\(alter) TYPE \(columnType(definition.type))")
        }
        let table = self.table(change.table.name)
        return AlterationStep(
            [place],
            actions.isEmpty
                ? []
                : [ChangeStatement("ALTER TABLE \(table) \(actions.joined(separator: ", "))")])
    }

    /// An index that is built while others write, where the statement stands alone.
    func concurrently(_ statement: String) -> String {
        for head in ["CREATE INDEX ", "CREATE UNIQUE INDEX "] where statement.hasPrefix(head) {
            return "\(head)CONCURRENTLY \(statement.dropFirst(head.count))"
        }
        return statement
    }
}

/// What a column's values are in another type, as the server's own words.
private struct TypeConversion {
    /// The value in the new type; nil where it is the same.
    let value: String?
    /// Whether a value is one of the new type; nil where every one is.
    let test: String?

    /// The value in the new type, NULL for one that is none.
    var triedValue: String? {
        guard let value, let test else { return value }
        return "CASE WHEN \(test) THEN \(value) END"
    }

    /// - Parameter former: nil for none of our types.
    init(of name: String, _ former: ColumnType?, _ type: ColumnType) {
        if former == type {
            (value, test) = (nil, nil)
            return
        }
        let catalogueName = PostgresDialect().columnType(DeclaredType(type))
        let bare = catalogueName.prefix { $0 != " " || type != .text }
        let text = Self.text(of: name, former)
        if let (value, test) = Self.special(name, text, former, type, String(bare)) {
            (self.value, self.test) = (value, test)
            return
        }
        let converts = "\(quoted(identifier: DatabaseFunction.schema)).converts(\(text), '\(bare)')"
        value = "(\(text))::\(bare)"
        test =
            Self.unrounded(text, former, type, String(bare))
            .map { "CASE WHEN \(converts) THEN \($0) = (\(text))::numeric ELSE false END" }
            ?? converts
    }

    /// The value in the new type as an exact number, where that may have been rounded: then it is
    /// none.
    private static func unrounded(
        _ text: String, _ former: ColumnType?, _ type: ColumnType, _ bare: String
    ) -> String? {
        switch type {
        case .decimal: "(\(text))::\(bare)"
        // Whole numbers beyond 2^53. The text has the digits that tell it from all others.
        case .real: former?.exactScale == 0 ? "(\(text))::\(bare)::text::numeric" : nil
        case .text, .uuid, .timestamp, .date, .time, .integer, .integer32, .boolean, .json, .bytes:
            nil
        }
    }

    /// What is more than the text of a value read anew.
    private static func special(
        _ name: String, _ text: String, _ former: ColumnType?, _ type: ColumnType, _ bare: String
    ) -> (value: String, test: String?)? {
        if type == .json { return ("to_jsonb(\(name))", nil) }
        if type == .text {
            // With all digits, as clients read it.
            if case .decimal? = former { return ("\(name)::text", nil) }
            return (text, nil)
        }
        if former == .boolean, type.exactScale == 0 { return ("\(name)::integer::\(bare)", nil) }
        if former == .date, type == .timestamp {
            return ("\(name)::timestamp AT TIME ZONE 'UTC'", nil)
        }
        if former == .timestamp, type == .date {
            let day = "(\(name) AT TIME ZONE 'UTC')::date"
            return (day, "\(day)::timestamp AT TIME ZONE 'UTC' = \(name)")
        }
        return nil
    }

    private static func text(of name: String, _ type: ColumnType?) -> String {
        switch type {
        case .json: "\(name) #>> '{}'"
        case .decimal: "trim_scale(\(name))::text"
        case .text: name
        case .uuid, .timestamp, .date, .time, .integer, .integer32, .real, .boolean, .bytes,
            nil:
            "\(name)::text"
        }
    }
}
