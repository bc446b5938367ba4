import Values

// Queries for the rows that stand in the way of a change, each to be run before it. They say what
// is wrong of those in the words of whoever edits models.
extension DefinitionDialect {
    /// The rows that an alteration would refuse; nil where it refuses none.
    ///
    /// - Parameter rows: what the rows are read from, with the columns of the new table: its name,
    ///   or a query in parentheses.
    public func obstacles(
        to alteration: TableAlteration, in table: TableDefinition, rows: String
    ) -> ChangeStatement? {
        let search = RowSearch(table, rows: rows, in: self)
        switch alteration {
        case .requirement(let place):
            if table.columns[place].isNullable { return nil }
            return search.rowsWithoutValue(place)
        case .condition(let place, _): return search.rowsBreaking(conditionOf: place)
        case .addCheck(let check): return search.rowsBreaking(check)
        case .addUnique(let key): return search.rowsAlike(key, "becomes unique, and")
        case .primaryKey: return search.rowsAlike(table.primaryKey, "becomes the primary key, and")
        case .addReference(let reference): return search.rowsWithoutTarget(reference)
        // What it asks is a condition of its own.
        case .retype, .compute, .stopComputing, .addColumn, .dropColumn, .constantDefault,
            .attributes, .dropUnique,
            .dropOtherUnique, .dropReference, .dropCheck, .constraintNames, .keyName, .options,
            .addIndex, .dropIndex:
            return nil
        }
    }

    /// The rows for which what a computed column holds from now on is none of its values.
    ///
    /// - Parameter rows: what the other columns are read from, with those of the new table.
    public func obstacles(
        toComputing place: Int, in table: TableDefinition, rows: String
    ) -> [ChangeStatement] {
        guard let computed = table.columns[place].computed else { return [] }
        let search = RowSearch(
            table,
            rows: "(SELECT \(sources(of: table, computing: place)), "
                + "\(text(of: computed.value)) AS "
                + "\(quoted(identifier: table.columns[place].name)) FROM \(rows)) AS rows",
            in: self)
        let empty = table.columns[place].isNullable ? nil : search.rowsWithoutComputed(place)
        return [empty, search.rowsBreaking(conditionOf: place)].compactMap(\.self)
    }

    /// What the search for such rows reads: the key, and nothing that is computed.
    private func sources(of table: TableDefinition, computing place: Int) -> String {
        table.primaryKey.columns.map { quoted(identifier: table.columns[$0].name) }
            .joined(separator: ", ")
    }

    /// The rows that would share a key, as it is, once a column of it has another type.
    ///
    /// - Parameters:
    ///   - columns: the names of the table's columns that are there before.
    ///   - rows: a query in parentheses, with those columns as they will be.
    public func rowsMerging(
        in column: Int, of table: TableDefinition, having columns: Set<String>, rows: String
    ) -> [ChangeStatement] {
        let search = RowSearch(table, rows: rows, in: self)
        let keys = [table.primaryKey] + table.uniques
        return keys.compactMap { key in
            guard key.columns.contains(column),
                key.columns.allSatisfy({ columns.contains(table.columns[$0].name.lowercased()) })
            else { return nil }
            return search.rowsAlike(key, "stays unique, and in its new type")
        }
    }

    /// The rows that would have no value for a required column that is new.
    ///
    /// - Parameter rows: the table as it is.
    public func rowsLacking(
        _ column: Int, of table: TableDefinition, in rows: String
    ) -> ChangeStatement {
        let name = "\(table.name).\(table.columns[column].name)"
        return ChangeStatement(
            expectingNone: "SELECT 1 FROM \(rows) LIMIT 1",
            "\(name) is new and required, and there are rows, which would have no value for it: "
                + "give it a default, or fill it by a migration file of your own")
    }

    /// The rows of the table as it is whose value is none of another type.
    ///
    /// - Parameters:
    ///   - columns: the names of the columns that are there before: a key may be of new ones.
    ///   - condition: says of a value that it is one.
    ///   - text: what makes a text of a value, as people have written it; nil where it is one.
    public func rowsNotConverting(
        _ column: Int, of table: TableDefinition, from former: DeclaredType?, in rows: String,
        having columns: Set<String>, unless condition: String, shownAs text: String? = nil
    ) -> ChangeStatement {
        var search = RowSearch(table, rows: rows, in: self)
        search.key.removeAll { !columns.contains(table.columns[$0].name.lowercased()) }
        return search.rows(
            where: "NOT (\(condition))", showing: [column], as: text,
            "\(search.name(column)) becomes \(table.columns[column].type.type.traits.wireName), "
                + "and these values are none")
    }
}

/// Words queries over the rows of one table.
private struct RowSearch<D: DefinitionDialect> {
    let table: TableDefinition
    let rows: String
    let dialect: D
    /// The columns that tell which row is meant.
    var key: [Int]

    init(_ table: TableDefinition, rows: String, in dialect: D) {
        self.table = table
        self.rows = rows
        self.dialect = dialect
        key = table.primaryKey.columns
    }

    func name(_ place: Int) -> String { "\(table.name).\(table.columns[place].name)" }

    private func quotedName(_ place: Int) -> String {
        quoted(identifier: table.columns[place].name)
    }

    /// - Parameters:
    ///   - columns: shown behind the key.
    ///   - text: what is shown of those instead.
    func rows(
        where condition: String, showing columns: [Int], as text: String? = nil, _ fault: String
    ) -> ChangeStatement {
        let shown = key + columns.filter { !key.contains($0) }
        let list = shown.map { columns.contains($0) ? text ?? quotedName($0) : quotedName($0) }
            .joined(separator: ", ")
        let names = shown.map { table.columns[$0].name }.joined(separator: ", ")
        return ChangeStatement(
            expectingNone: "SELECT \(list) FROM \(rows) WHERE \(condition) "
                + "LIMIT \(DefinitionLimits.rowsShownMax + 1)", "\(fault) (\(names))")
    }

    func rowsWithoutValue(_ place: Int) -> ChangeStatement {
        rows(
            where: "\(quotedName(place)) IS NULL", showing: [],
            "\(name(place)) becomes required, and these rows have no value for it")
    }

    func rowsWithoutComputed(_ place: Int) -> ChangeStatement {
        rows(
            where: "\(quotedName(place)) IS NULL", showing: [],
            "\(name(place)) is computed and required, and is null for these rows")
    }

    func rowsBreaking(conditionOf place: Int) -> ChangeStatement? {
        let column = table.columns[place]
        guard let condition = dialect.condition(of: column) else { return nil }
        let what = column.computed == nil ? "has another type, enum" : "is computed, with an enum"
        return rows(
            where: "NOT (\(condition))", showing: [place],
            "\(name(place)) \(what), lengths or bounds, and these values are beyond them")
    }

    func rowsBreaking(_ check: TableDefinition.Check) -> ChangeStatement {
        rows(
            where: "NOT (\(dialect.text(of: check.condition)))", showing: [],
            "these rows do not keep the check \(check.name) of \(table.name)")
    }

    func rowsAlike(_ key: Table.Key, _ reason: String) -> ChangeStatement {
        let names = key.columns.map(quotedName)
        let list = names.joined(separator: ", ")
        let present = names.map { "\($0) IS NOT NULL" }.joined(separator: " AND ")
        let shown = key.columns.map { table.columns[$0].name }.joined(separator: ", ")
        return ChangeStatement(
            expectingNone: "SELECT \(list), count(*) FROM \(rows) WHERE \(present) "
                + "GROUP BY \(list) HAVING count(*) > 1 LIMIT \(DefinitionLimits.rowsShownMax + 1)",
            "(\(shown)) of \(table.name) \(reason) rows share these values "
                + "(\(shown), how many)")
    }

    func rowsWithoutTarget(_ reference: TableDefinition.Reference) -> ChangeStatement {
        let names = reference.columns.map { "r.\(quotedName($0))" }
        let present = names.map { "\($0) IS NOT NULL" }.joined(separator: " AND ")
        let pairs = zip(names, reference.targetColumns).map { name, target in
            "t.\(quoted(identifier: target)) = \(name)"
        }
        // Of its own table, the rows as they are going to be.
        let target =
            reference.target == table.name ? rows : dialect.table(reference.target)
        var search = self
        search = RowSearch(table, rows: "\(rows) AS r", in: dialect)
        return search.rows(
            where: "\(present) AND NOT EXISTS (SELECT 1 FROM \(target) AS t WHERE "
                + "\(pairs.joined(separator: " AND ")))", showing: reference.columns,
            "\(reference.columns.map(name).joined(separator: ", ")) refers to "
                + "\(reference.target), which has no row for these")
    }
}

/// Limits of definitions.
public enum DefinitionLimits {
    /// The rows in the way of a change that are shown.
    public static let rowsShownMax = 20
}
