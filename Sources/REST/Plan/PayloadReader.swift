import Bytes
import Database
import Diagnostics
import Expressions
import Schema
import Values

/// Reads the objects of a body as rows of a model (rest.md §12.1, §12.2).
struct PayloadReader {
    /// The columns written, as indexes into the model's columns.
    let columns: [Int]
    private let names: [String]
    private let model: Model
    private let isExplicit: Bool

    /// - Parameter columns: The `columns` parameter. Without it the first object's keys are the
    ///   columns, and every other object must have the same.
    init(rows: [JSONRow], columns: [String]?, model: Model) throws(Problem) {
        isExplicit = columns != nil
        self.model = model
        for row in rows where row.kind != .object {
            throw columns == nil ? .body("All object keys must match") : .notAnObject
        }
        var names: [String] = []
        var seen: Set<String> = []
        for name in columns ?? rows.first.map({ $0.members.map { $0.key.string ?? "" } }) ?? []
        where seen.insert(name).inserted {
            names.append(name)
        }
        if columns == nil, rows.count > 1 {
            for row in rows where !Self.hasKeys(row, names, seen) {
                throw .body("All object keys must match")
            }
        }
        self.names = names
        self.columns = try Self.indexes(names, of: model)
    }

    private static func hasKeys(_ row: JSONRow, _ names: [String], _ known: Set<String>) -> Bool {
        let members = row.members
        if members.count == names.count, zip(members, names).allSatisfy({ $0.key.hasText($1) }) {
            return true
        }
        return Set(members.map { $0.key.string ?? "" }) == known
    }

    private static func indexes(_ names: [String], of model: Model) throws(Problem) -> [Int] {
        var columns: [Int] = []
        columns.reserveCapacity(names.count)
        for name in names {
            guard let index = model.columnIndex(name) else {
                throw .noBodyColumn(
                    name, table: model.name, nearest: nearest(name, in: model.columns.map(\.name)))
            }
            columns.append(index)
        }
        return columns
    }

    /// One value for each of ``columns``; nil where the object does not name it.
    func values(of row: JSONRow) throws(Problem) -> [Value?] {
        let members = row.members
        var values: [Value?] = []
        values.reserveCapacity(names.count)
        for (position, name) in names.enumerated() {
            let json: JSONValue?
            if position < members.count, members.count == names.count,
                members[position].key.hasText(name)
            {
                json = members[position].value
            } else {
                json = row[name]
            }
            guard let json else {
                values.append(nil)
                continue
            }
            values.append(try model.columns[columns[position]].type.value(from: json))
        }
        return values
    }
}

/// Where the columns that a body leaves out get their values from.
struct DefaultSource {
    let rulebook: Rulebook
    let model: Model
    let identity: Identity
    let now: Instant

    /// A whole row. Columns that are not listed get their defaults; listed ones the object lacks
    /// are null, or get theirs too when `fillsGaps` (`missing=default`).
    func row(_ given: [Value?], columns: [Int], fillsGaps: Bool) throws(Problem) -> [Value] {
        var values = [Value?](repeating: nil, count: model.columns.count)
        for (position, column) in columns.enumerated() {
            values[column] = given[position] ?? (fillsGaps ? nil : .some(.null))
        }
        var row: [Value] = []
        row.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            if let value { row.append(value) } else { row.append(try self.value(of: index)) }
        }
        return row
    }

    /// A column's default; null when it has none.
    func value(of index: Int) throws(Problem) -> Value {
        switch model.columns[index].default {
        case nil: .null
        case .constant(let value): value
        case .expression:
            try rulebook.defaultValue(model, column: index, identity: identity, now: now)
        }
    }
}

extension Problem {
    /// 22023: an element of a bulk body that is no row.
    static let notAnObject = Problem(
        code: "22023", status: 400,
        message: "argument of json_to_recordset must be an array of objects")
}
