public import Schema

// Rows that are deleted softly are gone for every rule.

extension Expression {
    /// That a row has not been deleted softly; true of every row of a model without `softDelete`.
    static func isThere(_ model: Model, row: Int = 0) -> Expression {
        guard let column = model.deletedAt else { return yes }
        return .isNull(.column(ColumnPlace(row: row, index: column)))
    }
}

extension Predicate {
    /// That a row has not been deleted softly; nil for a model whose deletions remove rows.
    public static func isThere(_ model: Model) -> Predicate? {
        model.deletedAt == nil ? nil : Predicate(model: model, root: .isThere(model))
    }

    /// The same condition of rows that have not been deleted softly.
    var ofRowsThere: Predicate {
        guard model.deletedAt != nil else { return self }
        return Predicate(
            model: model, root: .conjunction([root, .isThere(model)]), arguments: arguments)
    }

    /// Whether the condition reads the column that a soft deletion sets: then it looks for rows
    /// that are deleted, or that are not.
    public var readsDeletedAt: Bool {
        model.deletedAt.map(inputs.columns.contains) ?? false
    }
}
