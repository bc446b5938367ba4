import Bytes
import Diagnostics
import Query
import Schema

extension Planner {
    /// The one relationship that an embed means (rest.md §8.2). Names that the model file gives
    /// with `as` and `inverse` come first.
    func relationship(of model: Model, _ embed: SelectEmbed) throws(Problem) -> Relationship {
        let named = model.relationships.filter { $0.alias == embed.target && embed.hint == nil }
        let found =
            named.count == 1 ? named : candidates(of: model, target: embed.target, hint: embed.hint)
        if found.count == 1 { return found[0] }
        if found.isEmpty {
            let names = model.relationships.flatMap { [$0.target] + ($0.alias.map { [$0] } ?? []) }
            throw .noRelationship(
                from: model.name, to: embed.target, hint: embed.hint, schema: Catalogue.schemaName,
                nearest: nearest(embed.target, in: names.filter { $0 != embed.target }))
        }
        throw .ambiguous(
            from: model.name, to: embed.target,
            choices: .array(found.map { choice($0, from: model) }), hints: found.map(\.name))
    }

    private func candidates(of model: Model, target: String, hint: String?) -> [Relationship] {
        let found = candidates(of: model, named: target, hint: hint)
        guard found.isEmpty, let former = catalogue.model(asked: target) else { return found }
        outdated.note(target, former)
        return candidates(of: model, named: former.name, hint: hint)
    }

    private func candidates(
        of model: Model, named target: String, hint: String?
    ) -> [Relationship] {
        model.relationships.filter { relationship in
            let isSelf = relationship.source == relationship.target
            let goesUp = isSelf && relationship.isForward && !relationship.isThroughJunction
            let nearColumn = singleColumn(relationship.sourceColumns, of: relationship.source)
            guard let hint else {
                if relationship.target == target { return !goesUp }
                if relationship.isThroughJunction { return false }
                return relationship.name == target || nearColumn == target
            }
            guard relationship.target == target || relationship.alias == target, !goesUp else {
                return false
            }
            if relationship.name == hint || relationship.alias == hint { return true }
            if relationship.isThroughJunction { return false }
            return nearColumn == hint
                || singleColumn(relationship.targetColumns, of: relationship.target) == hint
        }
    }

    private func singleColumn(_ columns: [Int], of model: String) -> String? {
        guard columns.count == 1 else { return nil }
        return catalogue.model(model)?.columns[columns[0]].name
    }

    /// One entry of PGRST201's details.
    private func choice(_ relationship: Relationship, from model: Model) -> JSON {
        let using: String
        let cardinality: String
        switch relationship.kind {
        case .manyToMany(let junction):
            cardinality = "many-to-many"
            using =
                "\(junction.model) using \(junction.sourceKey)"
                + "(\(names(junction.sourceColumns, of: junction.model))) and \(junction.targetKey)"
                + "(\(names(junction.targetColumns, of: junction.model)))"
        case .manyToOne, .oneToMany, .oneToOne:
            cardinality =
                relationship.kind == .manyToOne
                ? "many-to-one" : relationship.kind == .oneToMany ? "one-to-many" : "one-to-one"
            using =
                "\(relationship.name) using \(model.name)"
                + "(\(names(relationship.sourceColumns, of: relationship.source))) and "
                + "\(relationship.target)"
                + "(\(names(relationship.targetColumns, of: relationship.target)))"
        }
        return [
            "cardinality": .string(cardinality),
            "embedding": .string("\(model.name) with \(relationship.target)"),
            "relationship": .string(using),
        ]
    }

    private func names(_ columns: [Int], of model: String) -> String {
        guard let model = catalogue.model(model) else { return "" }
        return columns.map { model.columns[$0].name }.joined(separator: ", ")
    }

    /// How the related rows are found. Rows of a junction must be visible themselves: a link the
    /// caller may not read is no link.
    mutating func link(_ relationship: Relationship) throws(Problem) -> Link {
        try requireReadable(relationship.sourceColumns, of: model(named: relationship.source))
        try requireReadable(relationship.targetColumns, of: model(named: relationship.target))
        guard case .manyToMany(let junction) = relationship.kind else {
            return Link(
                isToOne: relationship.isToOne, near: relationship.sourceColumns,
                far: relationship.targetColumns, junction: nil)
        }
        let middle = try model(named: junction.model)
        try requireReadable(junction.sourceColumns + junction.targetColumns, of: middle)
        return Link(
            isToOne: false, near: relationship.sourceColumns, far: relationship.targetColumns,
            junction: Link.Junction(
                model: middle, alias: makeAlias(), nearColumns: junction.sourceColumns,
                farColumns: junction.targetColumns, rule: permissions.shown(middle)))
    }
}

extension Relationship {
    var isThroughJunction: Bool { if case .manyToMany = kind { true } else { false } }
}
