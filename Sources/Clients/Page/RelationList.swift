import Schema

/// The rows of other models that a request can have along, as a model's reference lists them.
struct RelationList {
    private let model: Model

    init(_ model: Model) { self.model = model }

    var html: String {
        let rows = model.relationships.map { relationship in
            [
                HTML.code("select=*," + name(relationship) + "(*)"),
                count(relationship) + HTML.code(relationship.target), way(relationship),
            ]
        }
        return HTML.table(["Request", "Gives", "By"], rows)
    }

    /// The name that a request embeds it by: its own, or its target's, with a hint where several
    /// ways lead there.
    private func name(_ relationship: Relationship) -> String {
        if let alias = relationship.alias { return RequestName.quoted(alias) }
        let target = RequestName.quoted(relationship.target)
        let ways = model.relationships.filter { $0.target == relationship.target }
        return ways.count == 1
            ? target : "\(target)!\(RequestName.quoted(relationship.name))"
    }

    private func count(_ relationship: Relationship) -> String {
        relationship.isToOne ? "one row, or none, of " : "the rows of "
    }

    private func way(_ relationship: Relationship) -> String {
        switch relationship.kind {
        case .manyToMany(let junction): "rows of \(HTML.code(junction.model)) that name both"
        case .manyToOne, .oneToMany, .oneToOne:
            HTML.code(relationship.name)
                + (relationship.isForward ? " here" : " of \(HTML.code(relationship.target))")
        }
    }
}
