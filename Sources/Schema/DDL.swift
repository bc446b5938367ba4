public import Store
import StoreSQLite
import Values

/// Turns an expression of a model into SQL text for a check or an index predicate: column names
/// bare, constants inline. The `Expressions` room supplies it.
///
/// - Throws: the expression's faults.
public typealias ExpressionRenderer =
    (ExpressionSource, Model) throws(SchemaFailure) -> ValueExpression

/// The SQL that makes a model's table and indexes.
///
/// Whatever SQLite can express as a constraint is one, so that every writer obeys it: types beyond
/// SQLite's own, enums, lengths, ranges. Patterns and nested JSON rules are checked by the server
/// alone. Defaults that are expressions are filled in by the server too: they may ask for the
/// caller; and so are the numbers of identity columns, which SQLite's AUTOINCREMENT would let
/// follow the greatest value that anybody writes.
public struct DDL: Sendable {
    /// The statements, without semicolons, that make the model's table and then its indexes.
    ///
    /// - Throws: the faults of its checks and index predicates.
    public static func create(
        _ model: Model, render: ExpressionRenderer
    ) throws(SchemaFailure) -> [String] {
        var statements = [try createTable(model, render: render)]
        for index in model.indexes {
            statements.append(try createIndex(index, of: model, render: render))
        }
        return statements
    }

    /// The statement that makes the table. One column or constraint a line.
    static func createTable(
        _ model: Model, render: ExpressionRenderer
    ) throws(SchemaFailure) -> String {
        var lines = model.columns.map { definition(of: $0, in: model) }
        let key = names(model.primaryKey, of: model)
        lines.append("CONSTRAINT \(quoted(model.primaryKeyName)) PRIMARY KEY (\(key))")
        for unique in model.uniques {
            let columns = names(unique.columns, of: model)
            lines.append("CONSTRAINT \(quoted(unique.name)) UNIQUE (\(columns))")
        }
        for key in model.references { lines.append(try foreignKey(key, of: model)) }
        for check in model.checks {
            let condition = text(of: try render(check.condition, model))
            lines.append("CONSTRAINT \(quoted(check.name)) CHECK (\(condition))")
        }
        let body = lines.map { "  \($0)" }.joined(separator: ",\n")
        return "CREATE TABLE \(quoted(model.name)) (\n\(body)\n) STRICT"
    }

    /// The statement that makes an index.
    static func createIndex(
        _ index: Index, of model: Model, render: ExpressionRenderer
    ) throws(SchemaFailure) -> String {
        let parts = index.parts.map { part in
            quoted(model.columns[part.column].name) + (part.isDescending ? " DESC" : "")
        }
        let on = "\(quoted(model.name)) (\(parts.joined(separator: ", ")))"
        let statement = "CREATE INDEX \(quoted(index.name)) ON \(on)"
        guard let predicate = index.predicate else { return statement }
        return statement + " WHERE \(text(of: try render(predicate, model)))"
    }

    /// The statement that makes a unique constraint of a table that is there already: an index,
    /// since SQLite cannot add constraints.
    static func createUnique(_ unique: Unique, of model: Model) -> String {
        "CREATE UNIQUE INDEX \(quoted(unique.name)) ON "
            + "\(quoted(model.name)) (\(names(unique.columns, of: model)))"
    }

    /// The statement that adds a column to a table that is there already.
    static func addColumn(_ column: Column, to model: Model) -> String {
        var text =
            "ALTER TABLE \(quoted(model.name)) ADD COLUMN \(definition(of: column, in: model))"
        if let key = column.reference, let target = key.targetName {
            text +=
                " CONSTRAINT \(quoted(key.name)) REFERENCES \(quoted(key.target)) "
                + "(\(quoted(target)))" + deleteClause(key)
        }
        return text
    }

    // MARK: Parts

    static func text(of condition: ValueExpression) -> String {
        var writer = StatementWriter(SQLiteDialect(), isDefinition: true)
        writer.append(condition)
        return writer.statement.text
    }

    private static func definition(of column: Column, in model: Model) -> String {
        var text = "\(quoted(column.name)) \(column.type.traits.storage.rawValue.uppercased())"
        if !column.isNullable { text += " NOT NULL" }
        if case .constant(let value)? = column.default {
            text += " DEFAULT \(SQLiteDialect().literal(value, column.type))"
        }
        let conditions = column.sqlConditions
        if !conditions.isEmpty {
            let condition = conditions.joined(separator: " AND ")
            text += " CONSTRAINT \(quoted(column.checkName)) CHECK (\(condition))"
        }
        return text
    }

    private static func foreignKey(_ key: ForeignKey, of model: Model) throws(SchemaFailure)
        -> String
    {
        let target = key.targetName.map(quoted) ?? ""
        return "CONSTRAINT \(quoted(key.name)) FOREIGN KEY (\(names(key.columns, of: model))) "
            + "REFERENCES \(quoted(key.target)) (\(target))" + deleteClause(key)
    }

    /// NO ACTION is the default and left out.
    private static func deleteClause(_ key: ForeignKey) -> String {
        key.onDelete == .noAction ? "" : " ON DELETE \(key.onDelete.sql)"
    }

    private static func names(_ columns: [Int], of model: Model) -> String {
        columns.map { quoted(model.columns[$0].name) }.joined(separator: ", ")
    }

    static func quoted(_ name: String) -> String { Store.quoted(identifier: name) }
}
