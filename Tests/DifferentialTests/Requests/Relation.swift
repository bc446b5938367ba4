/// How requests embed another model's rows.
struct Relation {
    /// What leads there behind `select=`, with a hint where there is one.
    let target: String
    let model: GeneratedModel
    let isToMany: Bool

    /// The name by which filters address it.
    var key: String { String(target.prefix { $0 != "!" }) }

    /// All that lead away from a model.
    static func all(from model: GeneratedModel, in models: [GeneratedModel]) -> [Relation] {
        var found: [Relation] = []
        for column in model.columns {
            guard let reference = column.reference,
                let target = models.first(where: { $0.name == reference.model })
            else { continue }
            let names = [
                reference.alias, column.name, "\(target.name)!\(column.name)", target.name,
            ]
            found += names.compactMap { $0 }.map {
                Relation(target: $0, model: target, isToMany: false)
            }
        }
        for child in models {
            for column in child.columns where column.reference?.model == model.name {
                let names = [column.reference?.inverse, "\(child.name)!\(column.name)", child.name]
                found += names.compactMap { $0 }.map {
                    Relation(target: $0, model: child, isToMany: true)
                }
                found += across(child, from: column, in: models)
            }
        }
        return found
    }

    /// Through a table that joins two.
    private static func across(
        _ junction: GeneratedModel, from column: GeneratedColumn, in models: [GeneratedModel]
    ) -> [Relation] {
        junction.columns.compactMap { other -> Relation? in
            guard other.name != column.name, junction.key.contains(other.name),
                let target = models.first(where: { $0.name == other.reference?.model })
            else { return nil }
            return Relation(
                target: "\(target.name)!\(junction.name)", model: target, isToMany: true)
        }
    }
}
