import Bytes
import Diagnostics
import Schema
import Store
import Values

/// Looks for values that were there before a check came that the server alone makes: patterns, and
/// what is said of JSON. No engine holds those, so that no change of models asks the rows.
final class UncheckedRows {
    private struct Found {
        var count = 0
        let first: String
    }

    private let model: Model
    /// The columns of such checks.
    private let places: [Int]
    private var found: [Int: Found] = [:]

    private init?(_ model: Model) {
        self.model = model
        places = model.columns.indices.filter { model.columns[$0].checkedByServerAlone != nil }
        if places.isEmpty { return nil }
    }

    /// Reads all rows of models with such checks.
    ///
    /// - Returns: a line for each column that has values against them.
    static func faults(
        of models: [Model], in snapshot: any TableSnapshot
    ) throws(Problem) -> [String] {
        var faults: [String] = []
        for model in models {
            guard let rows = UncheckedRows(model) else { continue }
            try snapshot.rows(of: model.table) { row throws(Problem) in rows.judge(row) }
            faults += rows.faults
        }
        return faults
    }

    private func judge(_ row: WireRow) {
        for place in places {
            guard let fault = fault(of: place, row) else { continue }
            found[place, default: Found(first: "\(key(of: row))\(fault)")].count += 1
        }
    }

    private func fault(of place: Int, _ row: WireRow) -> String? {
        let column = model.columns[place]
        do throws(Problem) {
            guard let json = json(place, row), !json.isNull else { return nil }
            try column.check(try column.type.value(from: json))
            return nil
        } catch {
            if case .text(let details) = error.details { return details }
            return error.message
        }
    }

    private func json(_ place: Int, _ row: WireRow) -> JSONValue? {
        try? JSONDocument(parsing: Array(row.bytes[row.place(place)])).root
    }

    /// `id 7: `; nothing where rows have no key.
    private func key(of row: WireRow) -> String {
        let values = model.primaryKey.map { place in
            let text = json(place, row)?.string ?? String(utf8: row.bytes[row.place(place)])
            return "\(model.columns[place].name) \(text)"
        }
        return values.isEmpty ? "" : values.joined(separator: ", ") + ": "
    }

    private var faults: [String] {
        places.compactMap { place in
            guard let found = found[place] else { return nil }
            let rows = found.count == 1 ? "1 row has a value" : "\(found.count) rows have values"
            return "\(model.name).\(model.columns[place].name): \(rows) that it takes no more, "
                + "the first of \(found.first)"
        }
    }
}
