import Diagnostics
import Schema
import Store
import Values

// Constraint violations with what the catalogue knows and the values of the row being written. The
// others are worded in Database.

extension Problem {
    /// 23503, from the side that refers.
    ///
    /// - Parameter key: Nil where the caller may not read it.
    static func missingParent(_ foreignKey: ForeignKey, table: String, key: KeyText?) -> Problem {
        Problem(
            code: "23503", status: 409,
            message: "insert or update on table \"\(table)\" violates foreign key constraint "
                + "\"\(foreignKey.name)\"",
            details:
                "\(key?.description ?? "Key") is not present in table \"\(foreignKey.target)\".")
    }

    /// 23503, from the side that is referred to.
    static func stillReferenced(
        _ foreignKey: ForeignKey, table: String, by child: String, key: KeyText?
    ) -> Problem {
        Problem(
            code: "23503", status: 409,
            message: "update or delete on table \"\(table)\" violates foreign key constraint "
                + "\"\(foreignKey.name)\" on table \"\(child)\"",
            details: "\(key?.description ?? "Key") is still referenced from table \"\(child)\".")
    }

    /// Adds `Failing row contains (…)`, unless the details already say what is wrong. Columns the
    /// caller may not read are left out, as PostgreSQL does.
    func withFailingRow(_ values: [Value], of model: Model, shown: [Int]) -> Problem {
        guard details == nil, !shown.isEmpty else { return self }
        let texts = shown.map { Self.text(values[$0], model.columns[$0].type) }.joined(
            separator: ", ")
        var problem = self
        if shown.count == model.columns.count {
            problem.details = .text("Failing row contains (\(texts)).")
        } else {
            let names = shown.map { model.columns[$0].name }.joined(separator: ", ")
            problem.details = .text("Failing row contains (\(names)) = (\(texts)).")
        }
        return problem
    }

    /// A value as PostgreSQL shows it in a failing row: cut to 64 characters.
    private static func text(_ value: Value, _ type: ColumnType) -> String {
        if type == .boolean, case .integer(let truth) = value { return truth == 0 ? "f" : "t" }
        let text = type.text(of: value) ?? "null"
        return text.utf8.count <= 64 ? text : text.prefix(64) + "..."
    }
}

/// `Key (a, b)=(1, x)`
struct KeyText: CustomStringConvertible {
    let description: String

    init(_ columns: [Int], of model: Model, values: [Value]) {
        let names = columns.map { model.columns[$0].name }.joined(separator: ", ")
        let texts = zip(columns, values).map { model.columns[$0].type.text(of: $1) ?? "null" }
        description = "Key (\(names))=(\(texts.joined(separator: ", ")))"
    }
}
