import Store

/// What two databases have that they should have in common, a line each.
enum Likeness {
    /// What one has and the other has not; the order of columns, and whether a unique is a
    /// constraint or an index, make no difference.
    static func differences(
        _ live: DatabaseStructure, _ wanted: DatabaseStructure, ignoring handmade: Set<String>
    ) -> [String] {
        let (one, other) = (lines(live, handmade), lines(wanted, handmade))
        return one.subtracting(other).sorted().map { "only live: \($0)" }
            + other.subtracting(one).sorted().map { "only wanted: \($0)" }
    }

    private static func lines(
        _ structure: DatabaseStructure, _ handmade: Set<String>
    ) -> Set<String> {
        var lines: Set<String> = []
        for table in structure.tables.values {
            let name = table.spelling
            for column in table.columns {
                lines.insert(
                    "\(name).\(column.spelling) \(column.type) \(column.isNotNull) "
                        + "\(column.defaultValue?.text ?? "-") \(column.rest)")
            }
            let key = table.constraintNames.primaryKey ?? "-"
            lines.insert("\(name) key \(table.primaryKey) \(key)")
            for unique in structure.uniques(of: table.name) {
                lines.insert("\(name) unique \(unique)")
            }
            for key in table.keys {
                lines.insert(
                    "\(name) reference \(key.columns) \(key.target) \(key.targetColumns) "
                        + "\(key.onDelete) \(key.rest) \(table.constraintNames.keys[key] ?? "-")")
            }
            for check in table.checks {
                lines.insert(
                    "\(name) check \(check.text) \(table.constraintNames.checks[check] ?? "-")")
            }
            lines.insert("\(name) \(table.options.sorted()) \(table.otherUniques)")
        }
        for index in structure.indexes.values
        where index.uniqueColumns == nil && !handmade.contains(index.name) {
            lines.insert(
                "index \(index.name) \(index.table) \(index.isUnique) "
                    + "\(index.parts.map { "\($0.column ?? $0.text) \($0.isDescending)" }) "
                    + "\(index.predicate?.text ?? "-")")
        }
        return lines
    }
}
