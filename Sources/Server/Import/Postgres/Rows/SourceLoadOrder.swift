import Schema

/// The order in which the rows of models are loaded: those that are referred to first. Where models
/// refer to one another in a circle, one of them is loaded without such references at first, and
/// with them once the others are in.
struct SourceLoadOrder {
    /// A load of a model's rows.
    struct Step {
        let model: Model
        /// Columns that are left null for now.
        var left: Set<String> = []
        /// Whether the rows are in, and get what was left.
        var isSecond = false
    }

    private(set) var steps: [Step] = []

    init(_ models: [Model]) {
        let names = Set(models.map(\.name))
        var waiting = names
        var second: [Step] = []
        while !waiting.isEmpty {
            let left = models.filter { waiting.contains($0.name) }
            let ready = left.filter { Self.blocking($0, waiting).isEmpty }
            if ready.isEmpty {
                // Nothing that may be null: its rows are refused, and told.
                let model = left.first { Self.canWait($0, waiting) } ?? left[0]
                let columns = Self.canWait(model, waiting) ? Self.blocking(model, waiting) : []
                steps.append(Step(model: model, left: columns))
                if !columns.isEmpty { second.append(Step(model: model, isSecond: true)) }
                waiting.remove(model.name)
            }
            for model in ready {
                steps.append(Step(model: model))
                waiting.remove(model.name)
            }
        }
        steps += second
    }

    /// The columns that refer to models whose rows are not in.
    private static func blocking(_ model: Model, _ waiting: Set<String>) -> Set<String> {
        var names: Set<String> = []
        for reference in model.references
        where reference.target != model.name && waiting.contains(reference.target) {
            names.formUnion(reference.columns.map { model.columns[$0].name })
        }
        return names
    }

    private static func canWait(_ model: Model, _ waiting: Set<String>) -> Bool {
        let columns = blocking(model, waiting)
        return !model.primaryKey.isEmpty
            && model.columns.allSatisfy { !columns.contains($0.name) || $0.isNullable }
    }
}
