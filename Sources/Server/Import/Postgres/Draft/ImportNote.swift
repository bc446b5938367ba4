/// Something of the source that is another here, or is not here at all.
struct ImportNote: Hashable, Sendable {
    /// What it is about, in the order of reports.
    enum Subject: Int, CaseIterable, Sendable {
        case access, check, reference, column, index, trigger, function, view, table, account
        case files, statement

        /// The heading that such notes stand under.
        var heading: String {
            switch self {
            case .access: "Access"
            case .check: "Checks"
            case .reference: "References"
            case .column: "Columns"
            case .index: "Indexes"
            case .trigger: "Triggers"
            case .function: "Functions"
            case .view: "Views"
            case .table: "Tables"
            case .account: "Accounts"
            case .files: "Files"
            case .statement: "Other statements"
            }
        }
    }

    let subject: Subject
    /// What it is called.
    let name: String
    /// What is not here, or is another.
    let text: String
    /// What to write by hand.
    var advice: String?
    /// The line of the source; nil where it is no file.
    var line: Int?
    /// What stood there.
    var source: String?
    /// Whether somebody may do more than before, or should look at once for another reason.
    var isUrgent = false
}
