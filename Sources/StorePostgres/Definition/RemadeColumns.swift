import Store
import Values

/// The computed columns that are dropped and added again: no server before 17 changes an
/// expression, and none changes the type of what an expression reads. Constraints and indexes that
/// name such a column go with it, and come again.
struct RemadeColumns {
    /// The alterations that each one takes with it, by its place: never empty.
    private let alterations: [Int: [Int]]
    private let all: [TableAlteration]
    private let change: TableChange

    init(_ all: [TableAlteration], of change: TableChange) {
        self.all = all
        self.change = change
        let table = change.table
        var found: [Int: [Int]] = [:]
        for (place, alteration) in all.enumerated() {
            switch alteration {
            case .compute(let column, _): found[column, default: []].append(place)
            case .retype(let column, _):
                let name = table.columns[column].name
                for computed in table.computedColumns(of: { $0 == name })
                where change.isComputed(computed) {
                    found[computed, default: []].append(place)
                }
            case .addColumn, .dropColumn, .stopComputing, .requirement, .constantDefault,
                .attributes, .condition, .primaryKey, .addUnique, .dropUnique, .dropOtherUnique,
                .addReference, .dropReference, .addCheck, .dropCheck, .constraintNames, .keyName,
                .options, .addIndex, .dropIndex:
                continue
            }
        }
        for (place, alteration) in all.enumerated() {
            switch alteration {
            case .condition(let column, _), .requirement(let column), .attributes(let column, _):
                found[column]?.append(place)
            case .addColumn, .dropColumn, .retype, .compute, .stopComputing, .constantDefault,
                .primaryKey, .addUnique, .dropUnique, .dropOtherUnique, .addReference,
                .dropReference, .addCheck, .dropCheck, .constraintNames, .keyName, .options,
                .addIndex, .dropIndex:
                continue
            }
        }
        alterations = found
    }

    /// Whether a column comes again as it is to be.
    func contains(_ column: Int) -> Bool { alterations[column] != nil }

    /// What drops each column, whether it was computed before, and what adds it again.
    func steps(
        in dialect: PostgresDialect
    ) -> [(wasComputed: Bool, drop: AlterationStep, add: AlterationStep)] {
        alterations.sorted { $0.key < $1.key }.map { column, places in
            let table = dialect.table(change.table.name)
            let name = quoted(identifier: change.table.columns[column].name)
            let drop = ChangeStatement("ALTER TABLE \(table) DROP COLUMN \(name)")
            return (
                change.isComputed(column),
                AlterationStep(places, [unknownIndexes(of: column, dialect), drop]),
                AlterationStep(
                    places,
                    dialect.addition(of: column, to: change.table) + dependents(of: column, dialect)
                )
            )
        }
    }

    /// Indexes that somebody has made by hand would go with the column.
    private func unknownIndexes(of column: Int, _ dialect: PostgresDialect) -> ChangeStatement {
        let table = change.table
        let dropped = all.flatMap { alteration -> [String] in
            switch alteration {
            case .dropIndex(let name), .dropOtherUnique(let name): [name]
            case .dropUnique(_, let indexes): indexes
            case .addColumn, .dropColumn, .retype, .compute, .stopComputing, .requirement,
                .constantDefault, .attributes, .condition, .primaryKey, .addUnique, .addReference,
                .dropReference, .addCheck, .dropCheck, .constraintNames, .keyName, .options,
                .addIndex:
                []
            }
        }
        let known =
            dropped + table.indexes.map(\.name) + table.uniques.map(\.name)
            + change.old.constraintNames.uniques.values.sorted()
        let names = ["''"] + known.map { dialect.literal(.text($0), .text) }
        return ChangeStatement(
            expectingNone: "SELECT c.relname FROM pg_catalog.pg_depend AS d "
                + "JOIN pg_catalog.pg_class AS c ON c.oid = d.objid AND c.relkind = 'i' "
                + "JOIN pg_catalog.pg_attribute AS a ON a.attrelid = d.refobjid "
                + "AND a.attnum = d.refobjsubid "
                + "WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refobjid = "
                + "\(dialect.literal(.text(dialect.table(table.name)), .text))::regclass "
                + "AND a.attname = \(dialect.literal(.text(table.columns[column].name), .text)) "
                + "AND c.relname NOT IN (\(names.joined(separator: ", ")))"
                + sameUniques(of: column, dialect),
            "\(table.name).\(table.columns[column].name) is made anew, and these indexes, which no "
                + "model has, would be lost: drop them, and make them again (name)")
    }

    /// Leaves unique indexes out that are the model's by their columns: one that was added to a
    /// table keeps its name when a column of it gets another.
    private func sameUniques(of column: Int, _ dialect: PostgresDialect) -> String {
        let table = change.table
        let keys = table.uniques.map(\.columns).filter { $0.contains(column) }.map { columns in
            let names = columns.map { dialect.literal(.text(table.columns[$0].name), .text) }
            return "ARRAY[\(names.joined(separator: ", "))]::name[]"
        }
        if keys.isEmpty { return "" }
        let same = keys.map { "k.names @> \($0) AND k.names <@ \($0)" }
        return " AND NOT EXISTS (SELECT FROM pg_catalog.pg_index AS i CROSS JOIN LATERAL "
            + "(SELECT array_agg(p.attname) AS names FROM pg_catalog.pg_attribute AS p "
            + "WHERE p.attrelid = i.indrelid AND p.attnum = ANY (i.indkey)) AS k "
            + "WHERE i.indexrelid = c.oid AND i.indisunique "
            + "AND i.indpred IS NULL AND (\(same.joined(separator: " OR "))))"
    }

    /// What went with the column and is not added by an alteration of its own.
    private func dependents(of column: Int, _ dialect: PostgresDialect) -> [ChangeStatement] {
        let table = change.table
        let name = table.columns[column].name
        let uniques = table.uniques.filter { unique in
            unique.columns.contains(column) && !all.contains(.addUnique(unique))
        }
        let checks = table.checks.filter { check in
            check.condition.columnNames.contains(name) && !all.contains(.addCheck(check))
        }
        let indexes = table.indexes.filter { index in
            (index.parts.contains { $0.column == column }
                || index.condition?.columnNames.contains(name) == true)
                && !all.contains(.addIndex(index))
        }
        // What has several such columns comes with the last of them.
        func isLast(_ names: Set<String>) -> Bool {
            !alterations.keys.contains { $0 > column && names.contains(table.columns[$0].name) }
        }
        func named(_ columns: [Int]) -> Set<String> { Set(columns.map { table.columns[$0].name }) }
        let statements =
            uniques.filter { isLast(named($0.columns)) }.map {
                dialect.createUnique($0, of: table)
            }
            + checks.filter { isLast($0.condition.columnNames) }.map {
                "ALTER TABLE \(dialect.table(table.name)) ADD CONSTRAINT "
                    + "\(quoted(identifier: $0.name)) CHECK (\(dialect.text(of: $0.condition)))"
            }
            + indexes.filter {
                isLast(named($0.parts.map(\.column)).union($0.condition?.columnNames ?? []))
            }.map { dialect.createIndex($0, of: table) }
        return statements.map { ChangeStatement($0) }
    }
}

extension PostgresDialect {
    /// Adds a computed column, once it is known that all rows have what it asks for.
    func addition(of column: Int, to table: TableDefinition) -> [ChangeStatement] {
        obstacles(toComputing: column, in: table, rows: self.table(table.name))
            + [ChangeStatement(addColumn(column, to: table))]
    }
}

extension TableChange {
    /// Whether the column of the new table's definition is there and computed.
    func isComputed(_ column: Int) -> Bool {
        old.column(table.columns[column].name.lowercased())?.computed != nil
    }
}
