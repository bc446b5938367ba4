/// The rows of models, as somebody would expect them: what they are after each edit, and whether
/// they allow it.
struct Oracle {
    /// A row's values by the identities of its columns.
    typealias Row = [Int: Cell]

    var models: [LifeModel] = []
    /// The rows by the identities of their models.
    var rows: [Int: [Row]] = [:]
    private var freshCount = 0

    /// What becomes of the rows when models are edited.
    enum Outcome {
        case changed(Oracle)
        /// With what stands in the way.
        case refused(String)
        /// Nobody has said what some value is in its new type.
        case unsure
    }

    func edited(to models: [LifeModel]) -> Outcome {
        var next = Oracle(models: models, freshCount: freshCount)
        for model in models {
            let old = self.models.first { $0.id == model.id }
            let here = old == nil ? [] : rows[model.id] ?? []
            var moved: [Row] = here.map { _ in [:] }
            for column in model.columns where column.generated == nil {
                if let before = old?.column(column.id) {
                    for (place, row) in here.enumerated() {
                        switch convert(row[column.id] ?? .null, before.kind, column.kind) {
                        case .value(let cell): moved[place][column.id] = cell
                        case .none:
                            return .refused("\(model.name).\(column.name) does not convert")
                        case .unsure: return .unsure
                        }
                    }
                } else {
                    next.freshCount += 1
                    for place in here.indices {
                        moved[place][column.id] = next.filling(column, model, row: place)
                    }
                }
            }
            next.rows[model.id] = moved.map(model.computing)
        }
        return next.fault.map { .refused($0) } ?? .changed(next)
    }

    /// What rows that are there get in a new column.
    private mutating func filling(
        _ column: LifeModel.Column, _ model: LifeModel, row: Int
    ) -> Cell {
        if let constant = column.constant { return constant }
        guard let computed = column.computed, model.isRequired(column) else { return .null }
        if computed != "now()", row > 0 { freshCount += 1 }
        return .fresh(freshCount)
    }

    // MARK: What rows must keep

    /// The first thing that is wrong with the rows; nil where all is right.
    var fault: String? {
        for model in models {
            let here = rows[model.id] ?? []
            for column in model.columns {
                for row in here {
                    if let fault = fault(row[column.id] ?? .null, column, model) {
                        return "\(model.name).\(column.name) \(fault)"
                    }
                }
            }
            for check in model.checks {
                guard let kind = model.column(check.column)?.kind else { continue }
                let isKept = here.allSatisfy {
                    check.condition.allows($0[check.column] ?? .null, kind)
                }
                if !isKept { return "the check \(check.name) of \(model.name)" }
            }
            for key in [model.key] + model.uniques where !isUnique(key, here) {
                return "\(model.name) has rows alike in \(key)"
            }
        }
        return nil
    }

    private func isUnique(_ key: [Int], _ rows: [Row]) -> Bool {
        if key.isEmpty { return true }
        let values = rows.map { row in key.map { row[$0] ?? .null } }
            .filter { !$0.contains(.null) }
        return Set(values).count == values.count
    }

    private func fault(_ cell: Cell, _ column: LifeModel.Column, _ model: LifeModel) -> String? {
        if cell == .null { return model.isRequired(column) ? "has no value" : nil }
        if case .fresh = cell { return nil }
        if !column.kind.holds(cell) { return "is beyond its type" }
        if let choices = column.choices, !choices.contains(cell), !column.kind.isJSON {
            return "is none of its enum"
        }
        let length: Int? =
            switch cell {
            case .text(let text): text.unicodeScalars.count
            case .bytes(let bytes): bytes.count
            case .null, .integer, .real, .fresh: nil
            }
        if let length, length < column.length.min ?? 0 || length > column.length.max ?? .max {
            return "is too long or short"
        }
        if let min = column.range.min, Self.isLess(cell, min) { return "is too small" }
        if let max = column.range.max, Self.isLess(max, cell) { return "is too large" }
        guard let reference = column.reference else { return nil }
        let isThere = (rows[reference.model] ?? []).contains { $0[reference.column] == cell }
        return isThere ? nil : "refers to nothing"
    }

    private static func isLess(_ one: Cell, _ other: Cell) -> Bool {
        switch (one, other) {
        case (.integer(let one), .integer(let other)): one < other
        case (.real(let one), .real(let other)): one < other
        default: false
        }
    }
}

extension Oracle {
    init(models: [LifeModel], freshCount: Int) {
        self.models = models
        self.freshCount = freshCount
    }
}

extension Kind {
    /// Whether a value is in the type's range.
    func holds(_ cell: Cell) -> Bool {
        switch (self, cell) {
        case (.integer32, .integer(let number)): Int32(exactly: number) != nil
        case (.decimal(let precision, _), .integer(let number)):
            String(number.magnitude).count <= precision
        case (.json("object"), .text(let text)): text.hasPrefix("{")
        case (.json("array"), .text(let text)): text.hasPrefix("[")
        default: true
        }
    }
}
