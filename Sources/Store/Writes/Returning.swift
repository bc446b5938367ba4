/// What a write hands back, and what its rows must be for it to be kept.
public struct Returning: Sendable {
    /// The rows that were written, as the body of an answer.
    public struct Representation: Sendable {
        /// Reads rows of the table, its only source. The statement's own conditions hold for the
        /// rows written as for any; they keep their order unless the statement has one.
        public let select: SelectStatement
        /// The members of a row.
        public let layout: RowLayout
        /// What the rows become.
        public let form: RowForm
        /// The condition of ``select`` that says whether a row may be seen; nil if every row may.
        /// A write whose own row its writer may not see fails.
        public let rule: ValueExpression?
        /// Whether rows that may be seen can be missing in what ``select`` finds, or stand for
        /// several.
        public let leavesOutRows: Bool

        /// A representation.
        public init(
            _ select: SelectStatement, _ layout: RowLayout, as form: RowForm,
            rule: ValueExpression? = nil, leavesOutRows: Bool = false
        ) {
            self.select = select
            self.layout = layout
            self.form = form
            self.rule = rule
            self.leavesOutRows = leavesOutRows
        }

        /// What ``select`` calls a row.
        public var alias: String { select.sources.first?.alias ?? "" }
    }

    /// The rows; nil if nobody asks for them.
    public let representation: Representation?
    /// The most rows; nil for any number.
    public let rowsMax: Int?
    /// Whether it must be exactly one.
    public let isSingular: Bool

    /// What comes back.
    public init(
        _ representation: Representation? = nil, rowsMax: Int? = nil, isSingular: Bool = false
    ) {
        self.representation = representation
        self.rowsMax = rowsMax
        self.isSingular = isSingular
    }

    /// Refuses a number of rows.
    ///
    /// - Throws: `tooManyAffected`, `notSingular`.
    public func require(_ count: Int) throws(WriteRefusal) {
        if let rowsMax, count > rowsMax { throw .tooManyAffected(count) }
        if isSingular, count != 1 { throw .notSingular(count) }
    }
}
