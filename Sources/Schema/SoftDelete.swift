import Diagnostics
import Store
import Values

// `softDelete`: the column that a deletion sets.

extension ModelReader {
    /// Finds the column of the word, or adds it. Clients do not write it: whoever may not delete a
    /// row could hide it otherwise.
    mutating func readSoftDelete(_ word: FileReader.Member) {
        guard let index = draft.columnIndex(Column.deletedAt) else {
            draft.deletedAt = draft.columns.count
            draft.columns.append(.implicitDeletedAt(table: draft.name, file: draft.file))
            return
        }
        draft.deletedAt = index
        let column = draft.columns[index]
        if draft.faultyColumns.contains(index) { return }
        let fault: String? =
            if column.type != .timestamp {
                "must be of type \"string\" and format \"date-time\""
            } else if !column.isNullable {
                "must not be required: it is null in rows that are not deleted"
            } else if column.computed != nil {
                "is not \"computed\": a deletion alone sets it"
            } else if column.default != nil || column.onUpdate != nil {
                "has neither \"default\" nor \"onUpdate\": a deletion alone sets it"
            } else if !column.isReadOnly {
                "must be \"readOnly\": a deletion alone sets it"
            } else {
                nil
            }
        guard let fault else { return }
        reader.report.fault(
            "\"\(Column.deletedAt)\" is what \"softDelete\" sets, and \(fault); it is added where "
                + "it is not declared", at: column.location)
    }
}

extension Column {
    /// The name of the column that a soft deletion sets.
    static let deletedAt = "deleted_at"

    /// The `deleted_at` of a model that does not declare it.
    static func implicitDeletedAt(table: String, file: String) -> Column {
        Column(
            table: table, name: deletedAt, type: .timestamp,
            description: "When the row was deleted; null while it is not.", isNullable: true,
            default: nil, onUpdate: nil, isReadOnly: true, isIdentity: false, enumeration: nil,
            bounds: Bounds(), jsonRule: nil, reference: nil, renamedFrom: [], isDeprecated: false,
            access: nil, location: SourceLocation(file: file))
    }
}
