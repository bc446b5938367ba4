import Diagnostics
import Store
import StoreSQLite

/// What a write hands back.
struct ReturnPlan: Sendable {
    /// The rows to read back, shaped by `select`.
    let table: TablePlan
    /// Reads them; nil unless `return=representation`.
    let representation: Representation?
    /// Whether the answer says where a new row is (`return=headers-only`).
    let tellsLocation: Bool
    let media: MediaType
    let countsRows: Bool
    let maxAffected: Int?
    let fields: AnswerFields

    init(
        _ table: TablePlan, _ preferences: Preferences, media: MediaType, fields: AnswerFields,
        rowsMax: Int
    ) {
        self.table = table
        self.fields = fields
        representation =
            preferences.return == .representation
            ? Representation(of: table, rowsMax: rowsMax) : nil
        tellsLocation = preferences.return == .headersOnly
        self.media = media
        countsRows = preferences.count != nil
        maxAffected = preferences.isStrict ? preferences.maxAffected : nil
    }

    /// - Throws: PGRST124 for more rows than are allowed, PGRST116 for not exactly one where the
    ///   one object is asked for.
    func requireCount(_ affected: Int) throws(Problem) {
        if let maxAffected, affected > maxAffected { throw .tooManyAffected(affected) }
        if media.isObject, affected != 1 { throw .notSingular(affected) }
    }

    /// The places that operands of the request have in what reads the rows back.
    var operandSlots: [ArgumentSlot] { representation?.one.slots ?? [] }
}

/// The statements that read back the rows of a write.
struct Representation: Sendable {
    let layout: RowLayout
    /// Reads the row with a rowid.
    let one: BoundSQL
    /// Reads the rows with several, given as a JSON array.
    let many: BoundSQL
    /// Counts those that the caller may see; nil where that is told by how many are read.
    let visible: BoundSQL?
    /// Whether the caller may see every row.
    let isOpen: Bool

    init(of table: TablePlan, rowsMax: Int) {
        layout = table.layout
        one = BoundSQL(rowsMax: rowsMax) { $0.appendTouchedRow(of: table) }
        many = BoundSQL(rowsMax: rowsMax) { $0.appendTouchedRows(of: table) }
        isOpen = table.rule.isEverybody
        // Rows may also be missing because an inner embed of theirs is, or stand in one count.
        guard !isOpen, table.isCount || table.embeds.contains(where: \.isInner) else {
            visible = nil
            return
        }
        visible = BoundSQL(rowsMax: rowsMax) { $0.appendVisibleCount(of: table) }
    }
}
