import Diagnostics
import Store
import Values

/// Finds out what SQLite does not say about a constraint that an INSERT breaks: which foreign key,
/// which values. Runs after the failed statement was undone, inside the same transaction.
struct InsertProbe {
    let run: ProgramRun
    let table: Table

    /// Why an INSERT of these values failed.
    func refusal(
        _ error: DatabaseError, inserting values: [Value]
    ) throws(WriteRefusal) -> WriteRefusal {
        switch error {
        case .unique(let name, let columns):
            let named = table.key(over: columns, of: name)
            let key = try firstTaken(by: values, through: named)
            return .violation(
                .unique(key.name, columns: key.columns, values: key.columns.map { values[$0] }))
        case .notNull(let name, let column):
            let column = table.column(column, of: name) ?? column
            return .violation(.notNull(column, row: values))
        case .check(let name): return .violation(.check(name, row: values))
        case .foreignKey:
            return try missingParent(of: values).map { .violation($0) } ?? .failed(Problem(error))
        case .timeout, .busy, .readOnly, .full, .unavailable, .unreachable,
            .invalidValue, .tooLarge, .noMemory, .sequenceExhausted, .stillReferenced,
            .tooDeep, .uniqueIndex,
            .other, .unexpected:
            return .failed(Problem(error))
        }
    }

    /// The first key that another row has, of those through the one that SQLite names: it tells
    /// the last that was made.
    private func firstTaken(
        by values: [Value], through named: Table.Key
    ) throws(WriteRefusal) -> Table.Key {
        for key in table.keys.prefix(while: { $0 != named }) {
            let taken = zip(key.columns.map { values[$0] }, key.columns.map { table.columns[$0] })
            if taken.contains(where: \.0.isNull) { continue }
            let lookup = ProgramStatement { writer in
                writer.append("SELECT 1 FROM ")
                writer.append(table.name, as: Alias.other)
                writer.append(" WHERE ")
                writer.append(
                    table.columns(key.columns, of: Alias.other),
                    equal: taken.map { .argument($0, $1.type) })
            }
            if try run.first(lookup, lookup.sql.arguments, count: 1) != nil { return key }
        }
        return named
    }

    /// The first reference of these values that leads nowhere.
    func missingParent(of values: [Value]) throws(WriteRefusal) -> ConstraintViolation? {
        for reference in table.references {
            let key = reference.columns.map { values[$0] }
            if key.contains(.null) { continue }
            let lookup = ProgramStatement { writer in
                writer.append("SELECT 1 FROM ")
                writer.append(reference.other, as: Alias.other)
                writer.append(" WHERE ")
                writer.append(
                    reference.otherColumns(of: Alias.other),
                    equal: zip(key, reference.otherColumns).map { .argument($0, $1.type) })
            }
            if try run.first(lookup, lookup.sql.arguments, count: 1) == nil {
                return .missingParent(reference, values: key)
            }
        }
        return nil
    }
}

extension Table {
    /// The key over the columns that SQLite names, and these in its own order.
    ///
    /// - Parameter table: as SQLite is understood to name it; empty where that is all in `names`.
    func key(over names: [String], of table: String) -> Key {
        let told =
            table.isEmpty
            ? names.joined() : names.map { "\(table).\($0)" }.joined(separator: ", ")
        if let key = keys.first(where: { self.told($0.columns) == told }) { return key }
        let places = names.compactMap { name in columns.firstIndex { $0.name == name } }
        return keys.first { Set($0.columns) == Set(places) }
            ?? Key(ConstraintName.of(name, names, "key"), places)
    }

    /// The column that SQLite names; nil for one of another table.
    func column(_ column: String, of table: String) -> String? {
        let told = table.isEmpty ? column : "\(table).\(column)"
        return columns.indices.first { self.told([$0]) == told }.map { columns[$0].name }
    }

    /// How SQLite names columns.
    private func told(_ places: [Int]) -> String {
        places.map { "\(name).\(columns[$0].name)" }.joined(separator: ", ")
    }
}
