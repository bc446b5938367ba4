import Store

/// What a write hands back, and what its answer says beside it.
final class ReturnPlan: Sendable {
    /// The rows to read back, shaped by `select`.
    let table: TablePlan
    /// The same for the engine.
    let program: Returning
    /// Whether the answer says where a new row is (`return=headers-only`).
    let tellsLocation: Bool
    let countsRows: Bool
    let fields: AnswerFields

    init(
        _ table: TablePlan, _ preferences: Preferences, media: MediaType, fields: AnswerFields,
        rowsMax: Int
    ) {
        self.table = table
        self.fields = fields
        let hasBody = preferences.return == .representation
        program = Returning(
            hasBody ? table.representation(as: media.form, rowsMax: rowsMax) : nil,
            rowsMax: preferences.isStrict ? preferences.maxAffected : nil,
            isSingular: media.isObject)
        tellsLocation = preferences.return == .headersOnly
        countsRows = preferences.count != nil
    }

    /// Whether the rows are the body of the answer (`return=representation`).
    var hasBody: Bool { program.representation != nil }
}

extension TablePlan {
    /// What reads the rows of a write back.
    fileprivate func representation(
        as form: RowForm, rowsMax: Int
    ) -> Returning.Representation {
        Returning.Representation(
            select(rowsMax: rowsMax), layout, as: form,
            rule: rule.isEverybody ? nil : rule.condition(on: alias),
            // Rows may also be missing because an inner embed of theirs is, or stand in one count.
            leavesOutRows: isCount || embeds.contains(where: \.isInner))
    }
}
