import Diagnostics
import Schema
import Store
import Values

// Constraint violations with what the catalogue knows and the values of the row being written. The
// others are worded in Store.

extension Problem {
    /// What a caller is told of a constraint that a write of `model` breaks.
    ///
    /// - Parameter shown: The columns that may be shown.
    init(_ violation: ConstraintViolation, of model: Model, shown: [Int]) {
        /// A key, if the caller may read all of it: defaults fill columns that the body may not
        /// even name, and rows that were there hold what others wrote.
        func key(_ columns: [Int], _ values: [Value]?) -> KeyText? {
            guard let values, columns.allSatisfy(shown.contains) else { return nil }
            return KeyText(columns, of: model, values: values)
        }
        switch violation {
        case .unique(let name, let columns, let values):
            self = .unique(name, key: key(columns, values)?.description)
        case .notNull(let column, let row):
            self = .notNull(column, table: model.name)
                .withFailingRow(row, of: model, shown: shown)
        case .check(let name, let row):
            self = .check(name, table: model.name).withFailingRow(row, of: model, shown: shown)
        case .missingParent(let reference, let values):
            self = .missingParent(
                reference, table: model.name, key: key(reference.columns, values))
        case .stillReferenced(let reference, let values):
            self = .stillReferenced(
                reference, table: model.name, key: key(reference.columns, values))
        }
    }

    /// 23503, from the side that refers.
    ///
    /// - Parameter key: Nil where the caller may not read it.
    private static func missingParent(
        _ reference: Table.Reference, table: String, key: KeyText?
    ) -> Problem {
        Problem(
            code: "23503", status: 409,
            message: "insert or update on table \"\(table)\" violates foreign key constraint "
                + "\"\(reference.name)\"",
            details: details(of: key, "is not present in table \"\(reference.other)\"."))
    }

    /// 23503, from the side that is referred to.
    private static func stillReferenced(
        _ reference: Table.Reference, table: String, key: KeyText?
    ) -> Problem {
        Problem(
            code: "23503", status: 409,
            message: "update or delete on table \"\(table)\" violates foreign key constraint "
                + "\"\(reference.name)\" on table \"\(reference.other)\"",
            details: details(of: key, "is still referenced from table \"\(reference.other)\"."))
    }

    private static func details(of key: KeyText?, _ fault: String) -> Details {
        key.map { .row("\($0) \(fault)") } ?? .text("Key \(fault)")
    }

    /// Adds `Failing row contains (…)`, unless the details already say what is wrong. Columns the
    /// caller may not read are left out, as PostgreSQL does.
    func withFailingRow(_ values: [Value]?, of model: Model, shown: [Int]) -> Problem {
        guard let values, details == nil, !shown.isEmpty else { return self }
        let texts = shown.map { Self.text(values[$0], model.columns[$0].type) }.joined(
            separator: ", ")
        var problem = self
        if shown.count == model.columns.count {
            problem.details = .row("Failing row contains (\(texts)).")
        } else {
            let names = shown.map { model.columns[$0].name }.joined(separator: ", ")
            problem.details = .row("Failing row contains (\(names)) = (\(texts)).")
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
