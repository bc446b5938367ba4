import Store

/// A read, ready to run: its query, and what the answer says beside the rows. Belongs to a shape of
/// request and a role, not to a caller: who calls is in the statement's context.
final class ReadPlan: Sendable {
    let query: ReadQuery
    let media: MediaType
    let fields: AnswerFields
    /// See ``TablePlan/memberCount``.
    let memberCount: Int

    /// - Parameters:
    ///   - countsRows: Whether the answer tells how many rows there are in all.
    ///   - use: Whether its statements are likely to be run again.
    init(
        _ table: TablePlan, window: WindowPlan, countsRows: Bool, media: MediaType,
        fields: AnswerFields, dialect: any Dialect, use: StatementUse
    ) {
        memberCount = table.memberCount
        query = ReadQuery(
            table.select(window), table.layout, as: media.form,
            counting: countsRows ? table.counting(rowsMax: window.rowsMax, dialect) : .no,
            windowCount: table.count(within: window), dialect: dialect, use: use)
        self.media = media
        self.fields = fields
    }
}

extension TablePlan {
    /// How it is found out how many rows there are.
    fileprivate func counting(rowsMax: Int, _ dialect: any Dialect) -> Counting {
        if isCount { return .rowsTell }
        if let wholeTable { return .table(wholeTable) }
        return .statement(dialect.text(of: count(rowsMax: rowsMax)))
    }
}
