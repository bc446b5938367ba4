import Bytes
import Diagnostics
import Schema
import Values

/// Reads the objects of a body as rows of a model (rest.md §12.1, §12.2). Belongs to the keys of a
/// body's first object, and reads every body with the same.
struct PayloadReader: Sendable {
    /// The columns written, as indexes into the model's columns.
    let columns: [Int]
    /// For each column of the model its place among ``columns``; nil if it is not written.
    let places: [Int?]
    private let names: [String]
    private let known: Set<ExactText>
    private let model: Model
    /// Whether the request names the columns, whatever the keys.
    private let isExplicit: Bool

    /// - Parameter columns: The `columns` parameter. Without it the first object's keys are the
    ///   columns, and every other object must have the same.
    init(rows: [JSONValue], columns: [String]?, model: Model) throws(Problem) {
        isExplicit = columns != nil
        self.model = model
        var names: [String] = []
        var seen: Set<ExactText> = []
        func take(_ name: String) throws(Problem) {
            guard seen.insert(ExactText(name)).inserted else { return }
            names.append(name)
            // One of them is no column: the others need not be read.
            if names.count > model.columns.count { _ = try Self.indexes(names, of: model) }
        }
        if let columns {
            for name in columns { try take(name) }
        } else if let row = rows.first {
            for member in row.members { try take(member.key.string ?? "") }
        }
        self.names = names
        known = seen
        try Self.requireAlike(rows, names, seen, isExplicit: isExplicit)
        self.columns = try Self.indexes(names, of: model)
        var places = [Int?](repeating: nil, count: model.columns.count)
        for (place, column) in self.columns.enumerated() { places[column] = place }
        self.places = places
    }

    /// Refuses a body whose rows are no objects, or not alike.
    func requireAlike(_ rows: [JSONValue]) throws(Problem) {
        try Self.requireAlike(rows, names, known, isExplicit: isExplicit)
    }

    private static func requireAlike(
        _ rows: [JSONValue], _ names: [String], _ known: Set<ExactText>, isExplicit: Bool
    ) throws(Problem) {
        for row in rows where row.kind != .object {
            throw isExplicit ? .notAnObject : .body("All object keys must match")
        }
        if isExplicit || rows.count < 2 { return }
        for row in rows where !hasKeys(row, names, known) {
            throw .body("All object keys must match")
        }
    }

    private static func hasKeys(
        _ row: JSONValue, _ names: [String], _ known: Set<ExactText>
    ) -> Bool {
        if row.count == names.count, zip(row.members, names).allSatisfy({ $0.key.hasText($1) }) {
            return true
        }
        var found: Set<ExactText> = []
        for member in row.members {
            let key = ExactText(member.key.string ?? "")
            guard known.contains(key) else { return false }
            found.insert(key)
        }
        return found.count == known.count
    }

    private static func indexes(_ names: [String], of model: Model) throws(Problem) -> [Int] {
        var columns: [Int] = []
        columns.reserveCapacity(names.count)
        for name in names {
            guard let index = model.columnIndex(asked: name) else {
                throw .noBodyColumn(
                    shortened(name), table: model.name,
                    nearest: nearest(shortened(name), in: model.columns.map(\.name)))
            }
            columns.append(index)
        }
        if Set(columns).count < columns.count {
            throw .repeatedColumns(names, columns, of: model)
        }
        return columns
    }

    /// A name as it is told: one of megabytes is no mistake in writing.
    private static func shortened(_ name: String) -> String {
        name.utf8.count <= RESTLimits.toldNameBytesMax
            ? name : String(name.unicodeScalars.prefix(RESTLimits.toldNameBytesMax / 4)) + "…"
    }

    /// One value for each of ``columns``; nil where the object does not name it.
    func values(of row: JSONValue) throws(Problem) -> [Value?] {
        // Most have them in this order.
        let mayBeInOrder = row.count == names.count
        var members = row.members
        var values: [Value?] = []
        values.reserveCapacity(names.count)
        for (position, name) in names.enumerated() {
            let member = mayBeInOrder ? members.next() : nil
            let json = member?.key.hasText(name) == true ? member?.value : row[name]
            values.append(
                try json.map { (json) throws(Problem) in
                    try model.columns[columns[position]].type.value(from: json)
                })
        }
        return values
    }
}

extension Problem {
    /// 42701: a column under its name and under the one it had before.
    fileprivate static func repeatedColumns(
        _ names: [String], _ columns: [Int], of model: Model
    ) -> Problem {
        let former = zip(names, columns).first { name, column in
            name != model.columns[column].name
        }
        let name = former.map { model.columns[$0.1].name } ?? ""
        return Problem(
            code: "42701", status: 400, message: "column \"\(name)\" specified more than once",
            details: former.map { "\"\($0.0)\" is the name it had before." })
    }

    /// 22023: an element of a bulk body that is no row.
    static let notAnObject = Problem(
        code: "22023", status: 400,
        message: "argument of json_to_recordset must be an array of objects")
}
